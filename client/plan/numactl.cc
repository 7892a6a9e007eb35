// How to repeat a run by hand (--print-numactl).

#include <algorithm>
#include <array>
#include <string_view>

#include "base/program.hh"
#include "base/shell_word.hh"
#include "plan/plan.hh"
#include "run/readiness.hh"

namespace volley {

namespace {

// Options that the commands express in another way, or that are of no use to a client whose server
// already runs.
constexpr std::array<std::string_view, 18> said_otherwise{
    "port",         "host",        "name",        "clients",       "threads",      "driver",
    "message",      "seed",        "warmup",      "ready-timeout", "stop-timeout", "server-cores",
    "client-cores", "server-cpus", "client-cpus", "server-node",   "client-node",  "transport"};

std::string words(const std::vector<std::string>& command) {
    std::string text;
    for (const auto& word : command) {
        text += (text.empty() ? "" : " ") + shell_word(word);
    }
    return text;
}

std::string bound(const CpuList& cpus, const std::vector<int>& nodes) {
    if (cpus.empty()) {
        return "numactl";
    }
    return "numactl --physcpubind=" + format_cpu_list(cpus) +
           (nodes.empty() ? "" : " --membind=" + format_cpu_list({nodes.begin(), nodes.end()}));
}

// In the order of --help: the options that differ from their defaults.
void add_other_options(const Options& options, std::vector<std::string>& client) {
    const std::vector<Setting> defaults = settings_of(Options{});
    for (const auto& [name, value] : settings_of(options)) {
        const bool is_said =
            std::find(said_otherwise.begin(), said_otherwise.end(), name) != said_otherwise.end();
        if (!is_said && value != value_of(defaults, name)) {
            client.push_back("--" + name);
            if (value != "yes") {
                client.push_back(value);
            }
        }
    }
}

std::vector<std::string> server_command(const RunSpec& run, const Endpoint& endpoint) {
    std::vector<std::string> command;
    if (run.realtime) {
        command = {"chrt", "-f", std::to_string(realtime_priority)};
    }
    const std::vector<std::string> call = command_line_for(run, endpoint);
    command.insert(command.end(), call.begin(), call.end());
    return command;
}

}  // namespace

std::string numactl_commands(const Options& options, const Plan& plan) {
    const RunSpec& run = plan.spec.run;
    const Endpoint endpoint = run.server ? run.endpoint.by_hand() : run.endpoint;
    std::string text;
    if (run.server) {
        text += bound(run.placement.server_cpus, run.placement.server_nodes) + " " +
                words(server_command(run, endpoint)) + " &\n";
    }
    std::vector<std::string> client{call_of("volley")};
    const std::vector<std::string> place = endpoint.client_arguments();
    client.insert(client.end(), place.begin(), place.end());
    client.insert(client.end(), {"-c", std::to_string(run.connections), "-t",
                                 std::to_string(run.workers), "--driver", to_string(run.driver)});
    if (run.server || !options.name.empty()) {
        client.insert(client.end(), {"--name", plan.server_name});
    }
    if (run.message_bytes != challenge_bytes) {
        client.insert(client.end(), {"-m", std::to_string(run.message_bytes)});
    }
    // Given even if the value is the server's own: the client learns it only from the server's
    // directory.
    client.insert(client.end(), {"--warmup", std::to_string(to_seconds(run.warmup)) + "s", "--seed",
                                 std::to_string(run.seed)});
    add_other_options(options, client);
    text +=
        bound(run.placement.client_cpus, run.placement.client_nodes) + " " + words(client) + "\n";
    return text;
}

}  // namespace volley
