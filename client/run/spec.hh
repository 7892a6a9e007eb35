// Everything that a measurement needs to know, decided before any socket is opened. Plain data,
// filled in by the plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hh"
#include "host/placement.hh"
#include "host/topology.hh"
#include "stats/stop_rule.hh"
#include "transport/challenge.hh"
#include "transport/endpoint.hh"

namespace volley {

// How a worker waits for replies.
enum class DriverKind {
    block,  // one connection per thread: send, then receive
    wait,   // many connections per thread, on one Boost.Asio io_context
    spin,   // many connections per thread, never sleeping
};

[[nodiscard]] constexpr const char* to_string(DriverKind driver) {
    switch (driver) {
        case DriverKind::block:
            return "block";
        case DriverKind::wait:
            return "wait";
        case DriverKind::spin:
            return "spin";
    }
    return "?";
}

// A server that the client starts, once per run.
struct ServerSpec {
    std::vector<std::string> command;  // without -p, -b, -t and -m, which are appended
    Duration ready_timeout = std::chrono::seconds(10);
    Duration stop_timeout = std::chrono::seconds(2);  // from SIGTERM to SIGKILL
    // The program that checks whether the server bypasses the kernel; "": it is not meant to.
    std::string offload_check = {};
    bool is_told_transport = false;  // by -t: it is not the server's default
};

// The limits of --run-time, and of the run time that a hint may propose.
inline constexpr Duration shortest_run_time = std::chrono::milliseconds(50);
inline constexpr Duration longest_run_time = std::chrono::hours(1);

struct RunSpec {
    std::optional<ServerSpec> server;  // none: the server already runs
    Endpoint endpoint;                 // where the server is, or where a started one is to listen
    std::size_t connections = 1;
    std::size_t workers = 1;  // at most connections
    DriverKind driver = DriverKind::block;
    std::size_t message_bytes = challenge_bytes;
    Duration timeout = std::chrono::seconds(5);           // of one reply
    Duration connect_timeout = std::chrono::seconds(10);  // of all connections together
    Duration warmup = std::chrono::milliseconds(250);
    Duration run_time = std::chrono::seconds(1);
    Duration longest_run = std::chrono::seconds(180);
    std::uint64_t least_trips = 64;  // a run is lengthened until it has this many
    double confidence = 0.95;
    Topology topology;
    Placement placement;
    bool realtime = false;  // SCHED_FIFO for workers and server
    std::uint64_t seed = 0;
};

struct MeasurementSpec {
    RunSpec run;
    StopRule stop;
    std::optional<std::size_t>
        exact_runs;  // this many runs, whatever the intervals say; 1: a single-run measurement
    // Whether the budget limits the runs: no run begins that would end after stop.budget, and none
    // is lengthened so far that the others would not fit. False: exact_runs without a --max-time of
    // its own.
    bool budget_holds = true;
    std::vector<std::string>
        statistics;  // names that find_statistic() knows; they decide when to stop
    Duration pause = std::chrono::milliseconds(50);  // between runs
    bool terminate = false;  // send the zero challenge at the end to a server that is not ours
};

// Priority of SCHED_FIFO with --realtime: above every process of a usual distribution, below the
// kernel's own threads (50 and up).
inline constexpr int realtime_priority = 40;

}  // namespace volley
