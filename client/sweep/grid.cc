#include "sweep/grid.hh"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/error.hh"
#include "base/joined.hh"
#include "base/printable.hh"
#include "plan/executable.hh"
#include "report/text_values.hh"
#include "stats/comparison.hh"

namespace volley {

namespace {

// Name and path as given; the name is empty if it follows from the path.
std::pair<std::string, std::string> split_server(const std::string& said,
                                                 const std::string& directory) {
    const auto equals = said.find('=');
    const bool is_named = equals != std::string::npos && said.find('/') > equals;
    const std::string path = is_named ? said.substr(equals + 1) : said;
    return {is_named ? said.substr(0, equals) : "",
            path.find('/') == std::string::npos ? directory + "/" + path : path};
}

std::string servers_there_are(const std::string& directory) {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with('.')) {  // the build's own notes
            names.insert(name);
        }
    }
    return names.empty() ? "none" : joined(names, " ");
}

void check_exists(const std::string& said, const std::string& path, const std::string& directory) {
    std::error_code error;
    if (said.find('/') == std::string::npos && !std::filesystem::exists(path, error)) {
        throw Error(ExitCode::usage, "--servers: no server '" + said + "' in " + directory,
                    "servers built there: " + servers_there_are(directory) +
                        "; give another executable by its path (./" + said + ")");
    }
}

// Why the plan, which always places a cell somehow, is not what the grid asked for; "" if it is.
std::string misplaced(const Options& options, const Plan& plan, const Topology& topology) {
    const Placement& placement = plan.spec.run.placement;
    if (!placement.enabled) {
        return "";
    }
    const std::size_t allowed = topology.allowed().size();
    if (options.server_cpus && placement.server_cpus.size() != options.server_cores) {
        return "--server-cpus " + format_cpu_list(*options.server_cpus) + " does not name " +
               counted_plainly(options.server_cores, "CPU");
    }
    // A user who names the client's CPUs has decided that the server may share them.
    const bool shared = placement.sharing == Sharing::some_cpus && !options.client_cpus;
    if (placement.server_cpus.size() != options.server_cores || shared) {
        const std::size_t client = options.client_cores.value_or(1);
        return counted_plainly(options.server_cores, "CPU") + " for the server and " +
               std::to_string(client) + " for the client " +
               (options.server_cores + client > allowed
                    ? "are more than the " + std::to_string(allowed) + " that may be used"
                    : "cannot be placed apart");
    }
    return "";
}

// The factors that vary between groups: all but the server.
std::vector<const Factor*> factors_of_groups() {
    std::vector<const Factor*> swept = swept_factors();
    std::erase(swept, &server_factor());
    return swept;
}

// Every combination, without a server; the first factor varies fastest.
std::vector<CellKey> keys_of_groups(const SweepPlan& plan) {
    std::vector<CellKey> keys(1);
    for (const Factor* factor : factors_of_groups()) {
        std::vector<CellKey> more;
        for (const FactorValue& value : plan.lists.values(*factor)) {
            for (CellKey key : keys) {
                key[*factor] = value;
                more.push_back(std::move(key));
            }
        }
        keys = std::move(more);
    }
    return keys;
}

void check_placement(const Options& options, const SweepPlan& plan) {
    for (const Factor* factor : swept_factors()) {
        const SweptBy& by = *factor->sweep;
        if (!options.placement && by.needs_placement && plan.lists.values(*factor).size() > 1) {
            throw Error(ExitCode::usage,
                        "--no-placement with several --" + by.option +
                            ": without pinning the cells would not differ",
                        "leave out one or the other");
        }
    }
}

// Plans the cell, or says why it is skipped.
void place(GridCell& one, const SweepServer& server, const Topology& topology,
           const MachineFacts& facts) {
    try {
        one.plan = make_plan(one.options, topology, server.metadata, facts);
        one.cell.skipped = misplaced(one.options, *one.plan, topology);
    } catch (const Error& error) {
        one.cell.skipped = error.what();
    }
    if (!one.cell.skipped.empty()) {
        one.plan.reset();
    }
}

}  // namespace

std::vector<SweepServer> find_servers(const SweepCommand& command, const std::string& directory) {
    std::vector<SweepServer> servers;
    std::set<std::string> absent_ones;
    for (const auto& absence : command.absent) {
        absent_ones.insert(absence.server);
    }
    for (const auto& said : command.plan.lists.servers()) {
        auto [name, path] = split_server(said, directory);
        SweepServer& server = servers.emplace_back();
        server.path = path;
        const auto absence = std::find_if(command.absent.begin(), command.absent.end(),
                                          [&](const auto& known) { return known.server == said; });
        if (absence != command.absent.end()) {
            server.skipped = absence->reason;
            absent_ones.erase(said);
        } else {
            check_exists(said, path, directory);
            server.metadata = read_server_metadata(find_executable(path));
        }
        server.name = !name.empty() ? name : server_name_of(path);
        const auto same = std::find_if(servers.begin(), servers.end() - 1, [&](const auto& other) {
            return other.name == server.name;
        });
        if (same != servers.end() - 1) {
            throw Error(ExitCode::usage,
                        "--servers: " + same->path + " and " + server.path +
                            " would both be called " + server.name,
                        "give one of them another name: NAME=PATH");
        }
    }
    if (!absent_ones.empty()) {
        throw Error(ExitCode::usage,
                    "--without " + *absent_ones.begin() + ": the grid has no such server",
                    "give the name as in --servers");
    }
    return servers;
}

void complete_lists(SweepPlan& plan, const Topology& topology) {
    for (const Factor* factor : swept_factors()) {
        if (plan.lists.values(*factor).empty() && factor->sweep->all != nullptr) {
            plan.lists[*factor] = factor->sweep->all(topology);
        }
    }
}

Options cell_options(const SweepPlan& plan, const SweepServer& server, const CellKey& key) {
    std::vector<std::string> words = plan.options;
    for (const Factor* factor : factors_of_groups()) {
        if (!factor->is_quiet || factor->usual != key[*factor]) {
            words.insert(words.end(),
                         {"--" + factor->sweep->client_option, value_of(key, *factor)});
        }
    }
    words.insert(words.end(), {"--name", server.name, "--", server.path});
    return parse_options(words);
}

CellKey first_key(const SweepPlan& plan) {
    CellKey key;
    for (const Factor* factor : factors_of_groups()) {
        const auto values = plan.lists.values(*factor);
        if (!values.empty()) {
            key[*factor] = values.front();
        }
    }
    return key;
}

std::vector<GridCell> make_grid(const SweepPlan& plan, const std::vector<SweepServer>& servers,
                                const Topology& topology, const MachineFacts& facts) {
    std::vector<GridCell> grid;
    std::size_t group = 0;
    for (const CellKey& key : keys_of_groups(plan)) {
        for (const auto& server : servers) {
            GridCell& one = grid.emplace_back();
            one.cell = {key, server.skipped};
            one.cell.key[server_factor()] = server.name;
            one.group = group;
            one.options = cell_options(plan, server, key);
            check_placement(one.options, plan);
            if (server.skipped.empty()) {
                place(one, server, topology, facts);
            }
        }
        ++group;
    }
    return grid;
}

namespace {

// Any pair of a group may be reported as different (stats/comparison.hh), and with too few rounds
// for those claims the measuring would be wasted. --quick, which claims nothing, stays quick.
std::size_t least_rounds(const StopRule& stop, const std::vector<ScheduledCell>& cells) {
    std::map<std::size_t, std::size_t> measured;
    for (const ScheduledCell& cell : cells) {
        measured[cell.group] += cell.skipped ? 0 : 1;
    }
    ClaimFamily family{.pairs = 0, .statistics = ClaimFamily::usual_statistics};
    for (const auto& [group, servers] : measured) {
        family.pairs += servers > 1 ? servers * (servers - 1) / 2 : 0;
    }
    if (family.pairs == 0 || stop.least_runs < StopRule{}.least_runs) {
        return stop.least_runs;
    }
    return std::clamp(family.least_rounds(stop.confidence), stop.least_runs,
                      std::max(stop.least_runs, stop.most_runs));
}

}  // namespace

Schedule schedule_of(const SweepPlan& plan, const std::vector<GridCell>& grid, std::uint64_t seed) {
    ScheduleRules rules{.seed = seed, .runs = plan.runs};
    std::vector<ScheduledCell> cells;
    for (const GridCell& one : grid) {
        cells.push_back({.group = one.group, .skipped = !one.plan});
        if (one.plan) {
            rules.stop = one.plan->spec.stop;  // the same in every cell
        }
    }
    rules.stop.least_runs = least_rounds(rules.stop, cells);
    return {rules, cells};
}

std::string cell_text(const SweepCell& cell) {
    std::string text;
    for (const Factor* factor : swept_factors()) {
        if (factor->usual != cell.key[*factor]) {
            text += (text.empty() ? "" : ", ") + printable(words_of(cell.key, *factor));
        }
    }
    return text;
}

}  // namespace volley
