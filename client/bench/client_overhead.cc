// What the client costs beyond the thinnest loops in C, on the same server, in interleaved pairs:
// `make bench-client`.
//
// Each pair has a fresh server and runs both clients in random order, so that drift of the machine
// and variation between server processes affect both alike. Prints ratios with their intervals
// (stats/comparison), never absolute times alone, and judges them against the project's limits.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.hh"
#include "base/program.hh"
#include "base/random.hh"
#include "bench/measured_json.hh"
#include "clock/clock.hh"
#include "run/readiness.hh"
#include "run/server_process.hh"
#include "stats/comparison.hh"

namespace volley {
namespace {

struct Figures {
    double mean_ns = 0;
    double cpu_ns = 0;
};

Figures thin_figures(const std::string& command) {
    std::istringstream text(output_of(command));
    double trips = 0;
    Figures figures;
    if (!(text >> trips >> figures.mean_ns >> figures.cpu_ns)) {
        throw Error(ExitCode::failed, "no figures in the output of: " + command);
    }
    return figures;
}

Figures volley_figures(const std::string& command) {
    const auto run = first_record(command, "run");
    return {.mean_ns = figure_in(run, "rtt_ns_mean"),
            .cpu_ns = figure_in(run, "client_cpu_ns_per_round_trip")};
}

struct Case {
    std::string name;
    std::string thin;  // "PORT" is replaced
    std::string volley;
    std::optional<double> cpu_limit;  // nothing: shown only, in few pairs
    bool compare_mean = false;
};

std::string with_port(std::string command, std::uint16_t port) {
    const auto at = command.find("PORT");
    return command.replace(at, 4, std::to_string(port));
}

void show(const char* what, const Comparison& comparison) {
    std::printf("  %-25s %.3f", what, comparison.ratio.point);
    if (comparison.ratio.interval) {
        std::printf("  [%.3f, %.3f]", comparison.ratio.interval->low,
                    comparison.ratio.interval->high);
    }
}

// Returns whether the limits are kept.
bool compare(const Case& which, const std::string& server_path, int pairs, Xoshiro256pp& random) {
    std::vector<double> thin_mean, thin_cpu, volley_mean, volley_cpu;
    for (int pair = 0; pair < pairs; ++pair) {
        RunSpec spec;
        spec.server = ServerSpec{.command = {server_path}};
        const Endpoint endpoint = spec.endpoint.fresh();
        const std::uint16_t port = std::get<TcpEndpoint>(endpoint.which()).port();
        ServerProcess server(
            {.command = command_line_for(spec, endpoint), .cpus = {1}, .nodes = {}});
        await_ready(spec, transports_to(endpoint).front(), server, nullptr,
                    now() + std::chrono::seconds(10));
        std::array<Figures, 2> figures;
        const std::size_t first = random() & 1U;
        for (const std::size_t turn : {first, 1 - first}) {
            figures[turn] = turn == 0 ? thin_figures(with_port(which.thin, port))
                                      : volley_figures(with_port(which.volley, port));
        }
        static_cast<void>(server.stop(std::chrono::seconds(2)));
        thin_mean.push_back(figures[0].mean_ns);
        thin_cpu.push_back(figures[0].cpu_ns);
        volley_mean.push_back(figures[1].mean_ns);
        volley_cpu.push_back(figures[1].cpu_ns);
        std::fprintf(stderr, "%s: pair %d of %d: thin %.0f ns CPU, volley %.0f ns CPU\n",
                     which.name.c_str(), pair + 1, pairs, figures[0].cpu_ns, figures[1].cpu_ns);
    }
    std::printf("%s: volley / thin loop, %d pairs\n", which.name.c_str(), pairs);
    const Comparison cpu = compare_paired(volley_cpu, thin_cpu, 0.95, 1);
    show("client CPU per round trip", cpu);
    const bool cpu_holds = !which.cpu_limit || cpu.ratio.point <= *which.cpu_limit;
    if (which.cpu_limit) {
        std::printf("  limit %.2f: %s\n", *which.cpu_limit, cpu_holds ? "met" : "EXCEEDED");
    } else {
        std::printf("  (no limit)\n");
    }
    const Comparison mean = compare_paired(volley_mean, thin_mean, 0.95, 1);
    show("mean round trip", mean);
    if (!which.compare_mean) {
        std::printf("  (no limit)\n");
        return cpu_holds;
    }
    constexpr double distinguishable = 0.02;
    const bool same = !mean.ratio.interval || (mean.ratio.interval->low <= 1 + distinguishable &&
                                               mean.ratio.interval->high >= 1 - distinguishable);
    std::printf("  %s at the 2 %% level\n", same ? "not distinguishable" : "DISTINGUISHABLE");
    return cpu_holds && same;
}

int run(int pairs, const std::string& directory) {
    const std::string one_cpu = "taskset -c 0 ";
    const std::string seconds = " PORT 0.25 1";
    const std::string volley = directory +
                               "/volley -p PORT --client-cpus 0 --runs 1 --max-time 1s -w 0.25s "
                               "--json - 2>/dev/null";
    constexpr double limit = 1.05;
    std::vector<Case> cases{{"1 connection, block",
                             one_cpu + directory + "/bench/thin_block" + seconds, volley, limit,
                             true}};
    for (const int connections : {1, 64, 1'000, 10'000}) {
        const std::string count = std::to_string(connections);
        cases.push_back({count + (connections == 1 ? " connection, wait" : " connections, wait"),
                         one_cpu + directory + "/bench/thin_epoll" + seconds + " " + count,
                         volley + " --driver wait -c " + count,
                         connections <= 64 ? std::optional(limit) : std::nullopt});
    }
    Xoshiro256pp random(static_cast<std::uint64_t>(now().time_since_epoch().count()));
    bool all = true;
    for (const auto& which : cases) {
        constexpr int few = 5;
        const int enough = which.cpu_limit ? pairs : std::min(pairs, few);
        all = compare(which, directory + "/servers/c-epoll", enough, random) && all;
    }
    return all ? 0 : 1;
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    volley::have_standard_descriptors();
    try {
        constexpr int default_pairs = 20;
        return volley::run(argc > 1 ? std::atoi(argv[1]) : default_pairs,
                           argc > 2 ? argv[2] : "target");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "client_overhead: %s\n", error.what());
        return 1;
    }
}
