// Test-only: one hand-made measurement that is used to test all writers and the reader, and the
// comparison with golden files.
//
// Every number comes from integer arithmetic with a fixed seed, so it is the same with any compiler
// and mathematics library. This header is not part of the program.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/random.hh"
#include "report/sweep_record.hh"
#include "run/result.hh"

namespace volley::fixture {

inline MeasurementContext context() {
    MeasurementContext context;
    context.id = "20250102T030405Z-bench1-0badcafe";
    context.started = "2025-01-02T03:04:05Z";
    context.version = "0.1.0";
    context.build = "g++ 12.2.0 -O2 -g";
    context.client_hash = "5d41402abc4b5a769719d911017c592e";
    context.server_name = "c-epoll";
    context.server_command = {"target/servers/c-epoll", "-p", "40123"};
    context.connections = 16;
    context.workers = 2;
    context.driver = "wait";
    context.transport = "tcp";
    context.seed = 42;
    context.stop_statistics = {"mean", "p50"};
    context.options = {{"clients", "16"}, {"precision", "5%"}, {"run-time", "1s"}};
    context.environment = {.host_name = "bench1",
                           .kernel = "6.1.0-18-amd64",
                           .kernel_command_line = "quiet isolcpus=2,3",
                           .distribution = "Debian GNU/Linux 12 (bookworm)",
                           .cpu_model = "Example CPU 3000",
                           .online_cpus = 8,
                           .allowed_cpus = {0, 1, 2, 3, 4, 5, 6, 7},
                           .memory_bytes = 16'000'000'000,
                           .clock_source = "tsc",
                           .governor = "performance",
                           .turbo = false,
                           .smt_active = true,
                           .idle_states = 2,
                           .virtualization = "none",
                           .load_average = 0.25,
                           .other_load = 0.125,
                           .descriptor_limit = 1024};
    context.placement = {.server_cpus = {2},
                         .client_cpus = {4, 6},
                         .server_nodes = {0},
                         .client_nodes = {0},
                         .sharing = Sharing::none,
                         .notes = {}};
    context.calibration = {.clock_reading_ns = 17.25,
                           .clock_gap_p50_ns = 18,
                           .clock_gap_p99_9_ns = 44,
                           .clock_gap_longest_ns = 12'500,
                           .null_round_trip_ns = 41.5};
    context.scheduling = "other";
    context.warnings = {{"turbo-off",
                         "turbo is off, so figures are lower than a production machine",
                         "echo 0 > /sys/devices/system/cpu/intel_pstate/no_turbo"}};
    return context;
}

// number: 1 and up. base_ns: the fastest round trip of the run. One trip in 64 takes up to eight
// times as long, one in 1024 up to a hundred times.
inline RunResult run(std::size_t number, std::uint64_t base_ns, std::size_t trips = 4096) {
    RunResult run{.number = number,
                  .complete = true,
                  .started = "2025-01-02T03:04:06Z",
                  .server_pid = 4000 + static_cast<int>(number),
                  .server_fingerprint = {{"/usr/bin/env", "6f1c0a2be9d35f448b6b21f0a3d5e7c9"},
                                         {"server", "0b9e77a43c1d5e02a5f8d6c4b3a29180"}},
                  .server_threads = 1,
                  .setup_seconds = 0.0625,
                  .warmup_seconds = 0.25,
                  .measured_seconds = 1,
                  .teardown_seconds = 0.03125};
    Xoshiro256pp random(number);
    const std::size_t per_window = trips / 32;
    for (std::size_t window = 0; window < 32; ++window) {
        WindowPoint point{.start_seconds = static_cast<double>(window) / 32,
                          .width_seconds = 1.0 / 32,
                          .count = per_window};
        for (std::size_t trip = 0; trip < per_window; ++trip) {
            std::uint64_t length = base_ns + random() % (base_ns / 8 + 1);
            length += trip % 64 == 63 ? base_ns * (random() % 7) : 0;
            length += (window * per_window + trip) % 1024 == 1023 ? base_ns * (random() % 100) : 0;
            run.trips.record(length);
            point.sum_ns += length;
            point.maximum_ns = std::max(point.maximum_ns, length);
        }
        run.windows.push_back(point);
    }
    const double base = static_cast<double>(base_ns);
    run.mean = Estimate{base * 1.25, Interval{base * 1.125, base * 1.5}};
    run.p50 = Estimate{base * 1.0625, Interval{base * 1.03125, base * 1.09375}};
    run.p90 = Estimate{base * 1.125, Interval{base * 1.0625, base * 1.25}};
    run.p99 = Estimate{base * 4, std::nullopt};
    run.flags.drift = number % 4 == 0;
    run.client = {.cpu_seconds = 0.625,
                  .user_seconds = 0.125,
                  .system_seconds = 0.5,
                  .voluntary_switches = 4000 + number,
                  .involuntary_switches = number,
                  .memory_pss_bytes = 12'582'912};
    run.server = Cost{.cpu_seconds = 0.8125,
                      .user_seconds = 0.0625,
                      .system_seconds = 0.75,
                      .voluntary_switches = 4100 + number,
                      .involuntary_switches = 3,
                      .memory_pss_bytes = 1'835'008};
    run.workers = {{.planned_cpu = 4, .connections = 8, .cpu_share = 0.5, .busy_share = 0.5},
                   {.planned_cpu = 6,
                    .connections = 8,
                    .cpu_share = 0.625,
                    .busy_share = 0.625,
                    .involuntary_switches = number}};
    std::vector<EdgeTrip> edges(16,
                                {.length_ns = 20'000, .within_ns = 15'000, .ended_within = false});
    edges.push_back({.length_ns = 9'000, .within_ns = 4'000, .ended_within = true});
    run.edges.add(edges);
    // Trips of 9 us fill only a small part of a second; the rest does not matter to these tests.
    run.connection_seconds = connection_time_ns(run.trips, run.edges) * 1e-9;
    run.server_share = 0.8125;
    return run;
}

// Ten complete runs between 9.0 and 9.3 us, and one that failed in its middle.
inline MeasurementResult measurement() {
    MeasurementResult result;
    result.context = context();
    Xoshiro256pp random(7);
    for (std::size_t number = 1; number <= 11; ++number) {
        result.runs.push_back(run(number, 8'500 + random() % 300, number == 6 ? 1024 : 4096));
    }
    RunResult& failed = result.runs[5];
    failed.complete = false;
    failed.error =
        "connection 7: the reply is wrong\n  sent     00 00 00 2a\n  expected 00 00 00 2b\n"
        "  received 00 00 00 2a";
    failed.measured_seconds = 0.25;
    failed.errors.wrong = 1;
    result.outcome = ExitCode::precision_reached;
    result.stop_reason = "mean and p50 are within 5 % after two consecutive runs";
    result.optimal_run_seconds = 0.5;
    result.elapsed_seconds = 14.5;
    result.warnings = {{"client-bottleneck", "the busiest worker used 63 % of its CPU",
                        "give the client more CPUs: --client-cpus"}};
    return result;
}

// The path of a file in client/report/testdata. Works when the tests are started from anywhere
// inside the tree's root.
inline std::filesystem::path testdata(const std::string& name) {
    return std::filesystem::path(__FILE__).parent_path() / "testdata" / name;
}

inline std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Compares with a golden file; with VOLLEY_UPDATE_GOLDEN=1 in the environment, rewrites it instead.
inline void expect_golden(const std::string& name, const std::string& text) {
    const auto path = testdata(name);
    const char* update = std::getenv("VOLLEY_UPDATE_GOLDEN");
    if (update != nullptr && *update == '1') {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    EXPECT_EQ(contents(path), text)
        << "if this is intended: VOLLEY_UPDATE_GOLDEN=1, golden file " << path;
}

// The plan of a sweep, and one of its cells.
inline SweepPlan sweep_plan(std::vector<std::string> servers, std::vector<std::uint64_t> clients,
                            std::vector<std::uint64_t> cores,
                            std::vector<std::uint64_t> sizes = {4}) {
    SweepPlan plan;
    plan.lists.servers() = std::move(servers);
    plan.lists.numbers("clients") = std::move(clients);
    plan.lists.numbers("cores") = std::move(cores);
    plan.lists.numbers("message_bytes") = std::move(sizes);
    return plan;
}

inline SweepCell sweep_cell(const std::string& server, std::uint64_t clients, std::uint64_t cores,
                            std::uint64_t message_bytes = 4, const std::string& skipped = "") {
    SweepCell cell{.key = {}, .skipped = skipped};
    cell.key[server_factor()] = server;
    cell.key[*find_factor("clients")] = clients;
    cell.key[*find_factor("cores")] = cores;
    cell.key[*find_factor("message_bytes")] = message_bytes;
    return cell;
}

}  // namespace volley::fixture
