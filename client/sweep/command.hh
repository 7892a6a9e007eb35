// The words of target/sweep, read once: the grid, where its results go, and the options that every
// run of it has.
//
// A plan may also stand in a file (--plan), with the same names; the command line wins. This reads
// and checks words; it looks at no server and at no machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/sweep_record.hh"

namespace volley {

// A server of which the caller knows that it cannot be measured here (--without NAME=REASON).
struct Absence {
    std::string server;
    std::string reason;
};

struct SweepCommand {
    enum class Action { measure, dry_run, list_servers, help };
    Action action = Action::measure;
    SweepPlan plan;  // an empty list is "all": what the machine says it is (sweep/grid.hh)
    std::optional<std::uint64_t> seed;
    std::string out;        // "": derived from the plan
    std::string plan_file;  // "": none
    std::vector<Absence> absent;
};

// arguments: without the program's name. Reads the file that --plan names. Throws Error(usage).
[[nodiscard]] SweepCommand parse_sweep_command(const std::vector<std::string>& arguments);

[[nodiscard]] std::string sweep_help();

// Where a sweep keeps what it measures, unless told: beside this program where it was built, which
// is target/. One that is installed (as volley-sweep) leaves its directory alone and uses ours.
[[nodiscard]] std::string place_of_results(const std::filesystem::path& program);

// The directory for results: --out, otherwise one in `beside`/sweep-results, called "quick" for a
// plan file quick.ini, or by a name that the same plan gets again and another plan does not.
// Neither runs nor seed are in it: a grid that gets more runs goes on in its directory.
[[nodiscard]] std::string results_directory(const SweepCommand& command, const std::string& beside);

}  // namespace volley
