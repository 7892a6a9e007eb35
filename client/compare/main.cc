// compare: which differences between measurements are real. One named step a line; what each does
// stands in its header. The only catch is here.

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "base/build_info.hh"
#include "base/error.hh"
#include "compare/analysis.hh"
#include "compare/command.hh"
#include "compare/tables.hh"
#include "report/outputs.hh"

namespace volley {
namespace {

int run_compare(const std::vector<std::string>& arguments) {
    const CompareCommand command = parse_compare_command(arguments);
    if (command.action == CompareCommand::Action::help) {
        print(compare_help());
        return 0;
    }
    if (command.action == CompareCommand::Action::version) {
        print(std::string("compare ") + version_text + " (" + build_revision + ")\n");
        return 0;
    }
    const Detail detail = command.tables.empty() ? Detail::figures : Detail::tables;
    Results results = load_results(command.results, detail, command.request.confidence);
    for (const auto& problem : results.problems) {
        std::fprintf(stderr, "compare: %s\n", problem.c_str());
    }
    const Analysis analysis = analyse(std::move(results), command.request);
    if (!command.tables.empty()) {
        write_tables(analysis, command.tables);
    }
    return 0;
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    try {
        return volley::run_compare({argv + 1, argv + argc});
    } catch (const volley::Error& error) {
        std::fprintf(stderr, "compare: %s\n", error.what());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "compare: unexpected: %s\n", error.what());
        return static_cast<int>(volley::ExitCode::failed);
    }
}
