// The command line of target/sweep: the grid, where its results go, and the options of every run.
//
// A plan may also be in a file (--plan), with the same names; the command line takes precedence.
// This parses and checks words only; it looks at no server and no machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/sweep_record.hh"

namespace volley {

// A server that the caller knows cannot be measured here (--without NAME=REASON).
struct Absence {
    std::string server;
    std::string reason;
};

struct SweepCommand {
    enum class Action { measure, dry_run, list_servers, help };
    Action action = Action::measure;
    SweepPlan plan;  // an empty list is "all", as the machine has it (sweep/grid.hh)
    std::optional<std::uint64_t> seed;
    std::string out;        // "": derived from the plan
    std::string plan_file;  // "": none
    std::vector<Absence> absent;
};

// arguments: without the program's name. Reads the file that --plan names. Throws Error(usage).
[[nodiscard]] SweepCommand parse_sweep_command(const std::vector<std::string>& arguments);

[[nodiscard]] std::string sweep_help();

// Where a sweep keeps its results by default: beside this program in the build directory, target/.
// An installed program (volley-sweep) uses the working directory instead.
[[nodiscard]] std::string place_of_results(const std::filesystem::path& program);

// The directory for results: --out, otherwise one in `beside`/sweep-results. It is called "quick"
// for a plan file quick.ini; without a file its name depends on the plan, so that the same plan
// gets the same directory. Runs and seed do not enter the name: a grid that gets more runs goes on
// in its directory.
[[nodiscard]] std::string results_directory(const SweepCommand& command, const std::string& beside);

}  // namespace volley
