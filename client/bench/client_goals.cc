// The client's overall costs: connections, memory, set-up and tear-down of a run, time to a tight
// figure. `make bench-client` runs it.
//
// Absolute times are valid only for this machine and this run. The goals beside them are for a
// quiet machine with two CPUs, and missing them is not a failure.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/program.hh"
#include "bench/measured_json.hh"

namespace volley {
namespace {

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void show(const char* what, double value, const char* unit, double goal) {
    std::printf("%-58s %9.3f %-4s goal %6.1f: %s\n", what, value, unit, goal,
                value <= goal ? "met" : "NOT MET");
}

void show_scale(const std::string& volley, const std::string& server) {
    const auto record = first_record(
        volley + " -c 10000 --runs 2 -d 0.5s -w 0.1s --json - -- " + server, "measurement");
    show("10,000 connections: client memory",
         figure_in(record, "client_memory_pss_bytes") / (1 << 20), "MiB", 64);
    show("10,000 connections: server started, all connected", figure_in(record, "setup_seconds"),
         "s", 3);
}

void show_time_to_figure(const std::string& volley, const std::string& server, int clients,
                         int measurements) {
    std::vector<double> seconds;
    std::vector<double> around_a_run;
    int converged = 0;
    for (int turn = 0; turn < measurements; ++turn) {
        const auto record = first_record(
            volley + " -c " + std::to_string(clients) + " --json - -- " + server, "measurement");
        seconds.push_back(record.at("elapsed_seconds").get<double>());
        around_a_run.push_back(figure_in(record, "setup_seconds") +
                               figure_in(record, "teardown_seconds"));
        converged += record.at("converged").get<bool>() ? 1 : 0;
        std::fprintf(stderr, "%d connections: %.1f s, %s\n", clients, seconds.back(),
                     record.at("stop_reason").get<std::string>().c_str());
    }
    const std::string name =
        std::to_string(clients) + (clients == 1 ? " connection: " : " connections: ");
    show((name + "median of " + std::to_string(measurements) + " measurements, " +
          std::to_string(converged) + " converged")
             .c_str(),
         median(seconds), "s", 20);
    show((name + "set-up and tear-down of a run").c_str(), median(around_a_run), "s", 0.2);
}

int run(int measurements, const std::string& directory) {
    const std::string volley = directory + "/volley";
    const std::string server = directory + "/servers/c-epoll";
    show_scale(volley, server);
    show_time_to_figure(volley, server, 1, measurements);
    show_time_to_figure(volley, server, 16, measurements);
    return 0;
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    volley::have_standard_descriptors();
    try {
        constexpr int default_measurements = 5;
        return volley::run(argc > 1 ? std::atoi(argv[1]) : default_measurements,
                           argc > 2 ? argv[2] : "target");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "client_goals: %s\n", error.what());
        return 1;
    }
}
