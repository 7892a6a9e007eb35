// What the user asked for, read once and never changed.
//
// Boost.Program_options reads the command line and the configuration file. This module checks
// ranges: every bad value gives one line that names the option, the value, the allowed range and
// the remedy. It opens nothing and chooses nothing: see plan/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hh"
#include "host/cpu_set.hh"
#include "run/result.hh"
#include "transport/endpoint.hh"

namespace volley {

enum class DriverChoice { automatic, block, wait, spin };

inline constexpr Duration default_max_time = std::chrono::seconds(180);

struct Options {
    enum class Action { measure, print_plan, help, version };
    Action action = Action::measure;

    // Target: exactly one of port and server.
    std::string transport = std::string(Endpoint().transport());
    std::string host = Endpoint().host();  // "": the transport has no hosts
    std::optional<std::uint16_t> port;
    std::vector<std::string> server;  // command after --
    std::string name;                 // "" : derived from the server

    // Load.
    std::size_t clients = 1;             // 1 … 1,000,000
    std::optional<std::size_t> threads;  // 1 … clients
    DriverChoice driver = DriverChoice::automatic;
    std::size_t message_bytes = 4;  // 1 … 16 MiB
    Duration timeout = std::chrono::seconds(5);
    Duration connect_timeout = std::chrono::seconds(10);

    // Measuring.
    double precision = 0.05;   // 0.001 … 1
    double confidence = 0.95;  // 0.5 … 0.999
    std::vector<std::string> statistics = {"mean", "p50"};
    std::optional<std::size_t> runs;
    std::size_t min_runs = 10;
    std::size_t max_runs = 60;
    Duration run_time = std::chrono::seconds(1);
    std::optional<Duration> warmup;  // none: the server's metadata, or 0.25 s
    // None: default_max_time, which does not apply if the number of runs is given.
    std::optional<Duration> max_time;
    std::uint64_t seed = 0;  // 0: drawn
    std::uint64_t round = 0;

    // The server's life.
    Duration ready_timeout = std::chrono::seconds(10);
    Duration stop_timeout = std::chrono::seconds(2);
    bool terminate = false;

    // Placement.
    std::size_t server_cores = 1;
    std::optional<std::size_t> client_cores;
    std::optional<CpuList> server_cpus;
    std::optional<CpuList> client_cpus;
    std::optional<int> server_node;
    std::optional<int> client_node;
    bool placement = true;

    // The machine.
    bool keep_awake = false;
    bool realtime = false;

    // Output; "-" is stdout.
    std::string json;
    std::string csv;
    std::string hgrm;
    bool classic = false;
    bool quiet = false;
    bool print_numactl = false;
};

// arguments: without the program's name. Reads the file that --config names. Throws Error(usage).
[[nodiscard]] Options parse_options(const std::vector<std::string>& arguments);

// Every option of the measurement with the value in force, in the order of --help; options left
// open are omitted. A configuration file of these lines gives the same options.
[[nodiscard]] std::vector<Setting> settings_of(const Options& options);

// The server's address, or the address at which a started server is to listen: --transport, --host
// and --port.
[[nodiscard]] Endpoint endpoint_of(const Options& options);

// Grouped, at most two screens of 100 columns.
[[nodiscard]] std::string help_text();

// "volley 0.1.0 …" with compiler, flags and library versions.
[[nodiscard]] std::string version_report();

}  // namespace volley
