// compare: which differences between measurements are real. One named step a line; each header says
// what its step does. The only catch is in base/program.hh.

#include <malloc.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/build_info.hh"
#include "base/error.hh"
#include "base/program.hh"
#include "compare/analysis.hh"
#include "compare/command.hh"
#include "compare/outputs.hh"
#include "report/outputs.hh"

namespace volley {
namespace {

Results load(const CompareCommand& command, const std::string& path) {
    const Detail detail = command.tables.empty() ? Detail::figures : Detail::tables;
    Results results = load_results(path, detail, command.request.confidence);
    report_problems(results);
    return results;
}

// Each run allocates and frees a histogram of 115 kB. Without this the C library returns the memory
// to the kernel each time, and getting it back takes a quarter of the time.
void keep_freed_memory() {
    constexpr int most_kept_bytes = 64 << 20;
    ::mallopt(M_TRIM_THRESHOLD, most_kept_bytes);
    ::mallopt(M_MMAP_THRESHOLD, most_kept_bytes);
}

int run_compare(const std::vector<std::string>& arguments) {
    const CompareCommand command = parse_compare_command(arguments);
    if (command.action == CompareCommand::Action::help) {
        print(in_own_name(compare_help()));
        return 0;
    }
    if (command.action == CompareCommand::Action::version) {
        print(std::string("compare ") + version_text + " (" + build_revision + ")\n");
        return 0;
    }
    keep_freed_memory();
    Results results = load(command, command.results);
    if (command.newer) {
        Results newer = load(command, *command.newer);
        const Change change = find_change(std::move(results), std::move(newer), command.request);
        write_outputs(command, change);
        return judge_change(command, change);
    }
    write_outputs(command, analyse(std::move(results), command.request));
    return 0;
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    return volley::run_program("compare", argc, argv, volley::run_compare);
}
