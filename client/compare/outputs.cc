#include "compare/outputs.hh"

#include <cstdio>

#include "base/units.hh"
#include "compare/documents.hh"
#include "compare/ranking.hh"
#include "compare/tables.hh"
#include "report/layout.hh"
#include "report/outputs.hh"
#include "report/result_file.hh"
#include "report/text_values.hh"

namespace volley {

namespace {

constexpr int slower_status = 4;

void write_document(const std::string& path, const std::string& text) {
    if (path == "-") {
        print(text);
    } else if (!path.empty()) {
        ResultFile::open(path, ResultFile::Mode::replace, {}, text.size()).write(text);
    }
}

// A document is made only if it was requested.
template <typename Compared>
void write_all(const CompareCommand& command, const Compared& compared) {
    if (!command.csv.empty()) {
        write_document(command.csv, csv_document(compared));
    }
    if (!command.json.empty()) {
        write_document(command.json, json_document(compared));
    }
    if (!command.markdown.empty()) {
        write_document(command.markdown, markdown_text(compared));
    }
    if (!command.stdout_is_taken()) {
        print(screen_text(compared));
    }
}

void say(const std::string& text) {
    std::fprintf(stderr, "compare: %s\n", printable(text).c_str());
}

}  // namespace

void write_outputs(const CompareCommand& command, const Analysis& analysis) {
    if (!command.tables.empty()) {
        write_tables(analysis, command.tables);
    }
    write_all(command, analysis);
}

void write_outputs(const CompareCommand& command, const Change& change) {
    write_all(command, change);
}

void report_problems(const Results& results) {
    for (const auto& problem : results.problems) {
        say(problem);
    }
}

int judge_change(const CompareCommand& command, const Change& change) {
    if (!command.fail_if_slower) {
        return 0;
    }
    int status = 0;
    for (const ChangedCell* cell : undecided_cells(change)) {
        say(cell->older->label + ": " + verdict_text(cell->comparisons.front()) + " in each file");
    }
    for (const ChangedCell* cell : failing_cells(change)) {
        say(cell->older->label + ": every run of " + change.newer.file + " failed, but not of " +
            change.older.file);
        status = static_cast<int>(ExitCode::failed);
    }
    for (const ChangedCell* cell : slower_cells(change, *command.fail_if_slower)) {
        say(cell->older->label + ": slower, " + ratio_text(cell->comparisons.front()->ratio) +
            ", over the limit of " + format_chosen_share(*command.fail_if_slower));
        status = slower_status;
    }
    return status;
}

}  // namespace volley
