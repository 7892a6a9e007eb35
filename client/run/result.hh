// The result of a measurement: plain data, and ONE table of its named figures.
//
// Every writer iterates over the table and R reads its names, so a new figure is one line here.
// There are two levels: a RunResult is one server process measured once; a MeasurementResult is all
// runs of one invocation. stats/over_runs makes the headline from the runs; nothing here computes a
// statistic itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"
#include "host/environment.hh"
#include "host/fingerprint.hh"
#include "host/placement.hh"
#include "host/warnings.hh"
#include "stats/connection_time.hh"
#include "stats/histogram.hh"
#include "stats/interval.hh"
#include "stats/over_runs.hh"
#include "stats/within_run.hh"

namespace volley {

// Raised when a line of the result file changes incompatibly; readers refuse newer versions by
// number.
inline constexpr int result_schema_version = 2;
// Lines of schema 1 lack whatever was added since; those values count as not known.
inline constexpr int oldest_readable_schema = 1;
// Raised when the same data would give different figures.
inline constexpr int method_version = 2;

// Replies that broke the contract, by kind; any of them fails the run.
struct ReplyErrors {
    std::uint64_t wrong = 0;      // not the challenge plus one, or the payload changed
    std::uint64_t missing = 0;    // none within the deadline, or the connection ended first
    std::uint64_t duplicate = 0;  // bytes that no challenge asked for
    std::uint64_t late = 0;       // right, but after the deadline

    [[nodiscard]] std::uint64_t total() const { return wrong + missing + duplicate + late; }
};

// CPU and memory that one side used in the measured part of a run. None: not known.
struct Cost {
    std::optional<double> cpu_seconds;
    // Their sum is cpu_seconds. Not known if there were too few clock ticks to divide it.
    std::optional<double> user_seconds;
    std::optional<double> system_seconds;
    // For the server: over the whole lives of its processes.
    std::optional<std::uint64_t> voluntary_switches;
    std::optional<std::uint64_t> involuntary_switches;
    // Pages shared by several processes are counted proportionally (Pss).
    std::optional<std::uint64_t> memory_pss_bytes;
};

// One slice of the run as stored in the result file. Warm-up slices begin at negative times.
struct WindowPoint {
    double start_seconds = 0;  // from the start of measuring
    double width_seconds = 0;
    std::uint64_t count = 0;
    std::uint64_t sum_ns = 0;
    std::uint64_t maximum_ns = 0;
};

struct WorkerAccount {
    int planned_cpu = -1;  // −1: not pinned
    std::size_t connections = 0;
    double cpu_share = 0;  // CPU time over measured time, 0 … 1
    double busy_share =
        0;  // share of its time not spent waiting; equals cpu_share unless the worker spins
    std::uint64_t involuntary_switches = 0;
    std::uint64_t migrations = 0;
};

// The verdict for a server that bypasses the kernel as it should.
inline constexpr std::string_view offloaded = "offloaded";

struct RunResult {
    std::size_t number = 0;   // 1-based, within the measurement
    bool complete = false;    // false: failed or cut off; kept, marked, and not in the headline
    std::string error;        // why not complete
    std::string started;      // UTC, ISO 8601
    std::string server_host;  // the address that was connected to, numeric
    int server_pid = 0;       // 0: not started by the client
    bool server_was_killed = false;  // it did not end on SIGTERM in time
    Fingerprint server_fingerprint;  // empty: not started by the client, or not known
    // Of all its processes, at the time the affinity was verified.
    std::optional<int> server_threads;
    std::optional<std::string> server_left_behind;  // processes that its end left running
    // "offloaded" or "not offloaded: REASON"; none if the server is not meant to bypass the kernel,
    // or was not asked (run/offload).
    std::optional<std::string> offload;
    double setup_seconds = 0;  // start of the server to the start line
    double warmup_seconds = 0;
    double measured_seconds = 0;
    double teardown_seconds = 0;  // end of measuring to the server reaped
    Histogram trips;              // all measured round trips
    std::vector<WindowPoint> windows;
    std::optional<Estimate> mean, p50, p90, p99, p99_9;  // with their interval within this run, ns
    RunFlags flags;
    Cost client;
    std::optional<Cost> server;
    std::vector<WorkerAccount> workers;
    ReplyErrors errors;
    EdgeTrips edges;                     // round trips across edges of the measured part
    double connection_seconds = 0;       // connections × measured time; 0: not known (method 1)
    std::optional<double> steal_share;   // of the measured CPUs' time
    std::optional<double> server_share;  // CPU used by the server over its allowed CPUs, 0 … 1
    std::uint64_t message_bytes = 4;     // for bytes per second
};

// The longest round trip of a run, including one that was still in flight at the end; 0 if there is
// none.
[[nodiscard]] std::uint64_t longest_trip_ns(const RunResult& run);

// The share of connection time that went into round trips which ended within their run, 0 … 1. Near
// 1 for a healthy server. None if not known.
[[nodiscard]] std::optional<double> covered_share(const RunResult& run);

// If the median over runs is below this, a measurement counts as stalled and never as converged.
inline constexpr double least_covered_share = 0.95;

// What the program measured about itself beforehand.
struct Calibration {
    double clock_reading_ns = 0;  // cost of one reading
    double clock_gap_p50_ns = 0;  // noise floor: back-to-back readings over 0.2 s
    double clock_gap_p99_9_ns = 0;
    double clock_gap_longest_ns = 0;
    double null_round_trip_ns = 0;  // the floor: same code path, a transport that answers at once
};

// A name and a value, as in --help, for every option in force.
struct Setting {
    std::string name;
    std::string value;
};

// The value of an option; "" if it is missing.
[[nodiscard]] std::string value_of(const std::vector<Setting>& settings, std::string_view name);

// Known before the first run, and written into each of its lines.
struct MeasurementContext {
    std::string id;                          // unique: time, host and random part
    std::string started;                     // UTC, ISO 8601
    std::string version;                     // of volley
    std::string build;                       // compiler and flags
    std::optional<std::string> client_hash;  // of the program that measured; none: not known
    std::string
        server_name;  // directory name or file name; "HOST:PORT" if not started by the client
    std::vector<std::string> server_command;  // empty: not started by the client
    bool server_is_ours = true;
    std::string server_host;  // the address measured, numeric; "": not known
    std::uint64_t round = 0;  // 0: not part of an experiment
    std::size_t connections = 0;
    std::size_t workers = 0;
    std::string driver;     // "block", "wait" or "spin"
    std::string transport;  // "tcp"
    std::uint64_t message_bytes = 4;
    std::uint64_t seed = 0;
    double confidence = 0.95;
    double precision = 0.05;
    std::vector<std::string> stop_statistics;  // names without prefix: "mean", "p50" …
    std::vector<Setting> options;
    Environment environment;
    Placement placement;
    Calibration calibration;
    std::string keep_awake;         // how; "" if not requested
    std::string scheduling;         // "other" or "fifo"
    std::vector<Warning> warnings;  // known before
};

// The number of CPUs requested for the server (--server-cores); 0 if not known.
[[nodiscard]] std::size_t asked_server_cores(const MeasurementContext& context);

struct MeasurementResult {
    MeasurementContext context;
    std::vector<RunResult> runs;
    ExitCode outcome = ExitCode::failed;
    std::string stop_reason;                 // one line, always present
    std::optional<std::size_t> runs_needed;  // approximate; set if not converged
    std::optional<double> optimal_run_seconds;
    double elapsed_seconds = 0;
    std::vector<Warning> warnings;  // known afterwards
    std::vector<std::string>
        verdict_details;  // what is still missing, what holds the excess, the longest stall
};

// "in 3 of 10 runs: REASON" (the reason of the last of them) if the server was not offloaded and
// should have been; "" otherwise. The second form takes the verdict of each run.
[[nodiscard]] std::string not_offloaded(const MeasurementResult& result);
[[nodiscard]] std::string not_offloaded(std::span<const std::optional<std::string>> verdicts);

// How a measurement's figure is made from those of its runs.
enum class Aggregate { median, sum, minimum, maximum };

struct Field {
    std::string_view name;     // unit inside, statistic last: "rtt_ns_p99"
    std::string_view unit;     // "ns", "1/s", "bytes/s", "1", "s", "bytes"
    std::string_view meaning;  // one line for people
    Aggregate aggregate;
    std::optional<double> (*of_run)(const RunResult&);
    // The estimate whose interval is valid only within the run; null if there is none.
    std::optional<Estimate> (*within_run)(const RunResult&);
};

// The one table. Its order is the order of every output.
[[nodiscard]] std::span<const Field> fields();

// "mean" -> the field "rtt_ns_mean"; a full field name works as well. Null if there is none.
[[nodiscard]] const Field* find_statistic(std::string_view name);

struct Figure {
    const Field* field = nullptr;
    std::optional<double> value;
    std::optional<Interval> interval;  // over runs if there are enough complete runs
    std::optional<OverRuns>
        over_runs;  // the whole summary; set if the aggregate is a median and a run is complete
};

// The measurement's figures over its complete runs, one per field, in table order. With a single
// complete run, the value is that run's and the interval is the one within the run.
[[nodiscard]] std::vector<Figure> figures(const MeasurementResult& result);

// What figures() needs from a run, in table order. It takes a hundredth of the memory of the run's
// histogram, for callers that keep thousands of runs.
struct RunFigures {
    std::vector<std::optional<double>> values;
    std::vector<std::optional<Estimate>> within_run;

    // field: one of fields().
    [[nodiscard]] std::optional<double> value(const Field& field) const;
};
[[nodiscard]] RunFigures figures_of(const RunResult& run);
// The same figures, from complete runs reduced to RunFigures.
[[nodiscard]] std::vector<Figure> figures(std::span<const RunFigures> complete_runs,
                                          double confidence);

// A convenience for decisions and tests: the values of one field over the complete runs.
[[nodiscard]] std::vector<double> values_over_runs(const MeasurementResult& result,
                                                   const Field& field);

}  // namespace volley
