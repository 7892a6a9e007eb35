// sweep: a grid of measurements in shuffled rounds, which can be stopped and resumed. One named
// step a line; each header says what its step does. The only catch is in base/program.hh.

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"
#include "base/printable.hh"
#include "base/program.hh"
#include "plan/machine.hh"
#include "process/watcher.hh"
#include "report/outputs.hh"
#include "sweep/command.hh"
#include "sweep/grid.hh"
#include "sweep/lock.hh"
#include "sweep/progress.hh"
#include "sweep/sweep.hh"

namespace volley {
namespace {

std::filesystem::path own_path() {
    return std::filesystem::read_symlink("/proc/self/exe");
}

// Where the other programs and the servers were built.
std::string own_directory() {
    return own_path().parent_path().string();
}

// Relative in the project's own directory, where the commands that use it next are run.
std::string shown_path(const std::string& path) {
    const std::string here = std::filesystem::current_path().string();
    const std::string whole = std::filesystem::absolute(path).lexically_normal().string();
    const bool is_at_home = std::filesystem::path(own_directory()).parent_path() == here;
    return is_at_home && whole.starts_with(here + "/") ? whole.substr(here.size() + 1) : whole;
}

void list_servers(const SweepCommand& command) {
    std::string text;
    for (const auto& server : command.plan.lists.servers()) {
        text += printable(server) + "\n";
    }
    print(text);
}

// Where all servers listen, once for each transport: the client's options, including the host,
// apply to the whole grid.
void settle_endpoints(std::vector<GridCell>& grid) {
    std::map<std::string_view, Endpoint> settled;
    for (GridCell& one : grid) {
        if (one.plan) {
            Endpoint& endpoint = one.plan->spec.run.endpoint;
            const auto known = settled.find(endpoint.transport());
            endpoint = known != settled.end() ? known->second : endpoint.on_this_machine();
            settled.emplace(endpoint.transport(), endpoint);
        }
    }
}

int run_sweep(const std::vector<std::string>& arguments) {
    SweepCommand command = parse_sweep_command(arguments);
    if (command.action == SweepCommand::Action::help) {
        print(in_own_name(sweep_help()));
        return 0;
    }
    if (command.action == SweepCommand::Action::list_servers) {
        list_servers(command);
        return 0;
    }
    const Watcher watcher;
    Signals signals;
    const Topology topology = read_topology();
    const MachineFacts facts = read_machine_facts();
    const std::string directory =
        shown_path(results_directory(command, place_of_results(own_path())));
    complete_lists(command.plan, topology);
    const auto servers = find_servers(command, own_directory() + "/servers");
    std::vector<GridCell> grid = make_grid(command.plan, servers, topology, facts);
    if (command.action == SweepCommand::Action::dry_run) {
        print(printable_lines(dry_run_text(command, grid, facts.random)));
        return 0;
    }
    const SweepLock lock;
    settle_endpoints(grid);
    return sweep(command, std::move(grid), directory, facts.random, signals);
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    return volley::run_program("sweep", argc, argv, volley::run_sweep);
}
