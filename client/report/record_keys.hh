// The names of plain data in the result file, each written down once.
//
// for_each_key(data, visit) calls visit("name", data.member) for every member. The writer (json.cc)
// and the reader (read_results.cc) both walk these lists, so they cannot disagree. The histogram,
// the figures and the identity of a line are not here; json.cc describes them.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "report/factors.hh"
#include "report/sweep_record.hh"
#include "run/result.hh"

namespace volley {

// Keys that lines of schema 1 lack. A reader leaves these members at their initial value, which
// means "not known".
inline constexpr std::array<std::string_view, 8> keys_since_schema_2{
    {"client_hash", "server_host", "server_fingerprint", "server_left_behind", "in_flight_ns",
     "before_start_ns", "edge_time", "connection_seconds"}};

// `Plain`, const or not: the same list serves writing and reading.
template <typename T, typename Plain>
concept Either = std::same_as<std::remove_const_t<T>, Plain>;

// Whether a record of a T may lack this key: the initial value then applies.
template <typename T>
[[nodiscard]] bool may_lack(std::string_view key) {
    if constexpr (Either<T, SweepCell> || Either<T, SweepPlan>) {
        for (const Factor* factor : swept_factors()) {
            const SweptBy& by = *factor->sweep;
            if (factor->is_quiet && (by.option == key || by.record_key == key)) {
                return true;
            }
        }
    }
    return std::find(keys_since_schema_2.begin(), keys_since_schema_2.end(), key) !=
           keys_since_schema_2.end();
}

template <Either<Warning> T, typename Visit>
void for_each_key(T& warning, const Visit& visit) {
    visit("id", warning.id);
    visit("message", warning.message);
    visit("remedy", warning.remedy);
}

template <Either<Environment> T, typename Visit>
void for_each_key(T& environment, const Visit& visit) {
    visit("host_name", environment.host_name);
    visit("kernel", environment.kernel);
    visit("kernel_command_line", environment.kernel_command_line);
    visit("distribution", environment.distribution);
    visit("cpu_model", environment.cpu_model);
    visit("online_cpus", environment.online_cpus);
    visit("allowed_cpus", environment.allowed_cpus);
    visit("nodes", environment.nodes);
    visit("memory_bytes", environment.memory_bytes);
    visit("clock_source", environment.clock_source);
    visit("governor", environment.governor);
    visit("frequency_driver", environment.frequency_driver);
    visit("turbo", environment.turbo);
    visit("smt_active", environment.smt_active);
    visit("numa_balancing", environment.numa_balancing);
    visit("autogroup", environment.autogroup);
    visit("idle_driver", environment.idle_driver);
    visit("idle_states", environment.idle_states);
    visit("virtualization", environment.virtualization);
    visit("transparent_huge_pages", environment.transparent_huge_pages);
    visit("isolated_cpus", environment.isolated_cpus);
    visit("load_average", environment.load_average);
    visit("other_load", environment.other_load);
    visit("descriptor_limit", environment.descriptor_limit);
}

template <Either<Placement> T, typename Visit>
void for_each_key(T& placement, const Visit& visit) {
    visit("enabled", placement.enabled);
    visit("server_cpus", placement.server_cpus);
    visit("client_cpus", placement.client_cpus);
    visit("server_nodes", placement.server_nodes);
    visit("client_nodes", placement.client_nodes);
    visit("sharing", placement.sharing);
    visit("notes", placement.notes);
}

template <Either<Calibration> T, typename Visit>
void for_each_key(T& calibration, const Visit& visit) {
    visit("clock_reading_ns", calibration.clock_reading_ns);
    visit("clock_gap_p50_ns", calibration.clock_gap_p50_ns);
    visit("clock_gap_p99_9_ns", calibration.clock_gap_p99_9_ns);
    visit("clock_gap_longest_ns", calibration.clock_gap_longest_ns);
    visit("null_round_trip_ns", calibration.null_round_trip_ns);
}

template <Either<MeasurementContext> T, typename Visit>
void for_each_key(T& context, const Visit& visit) {
    visit("measurement", context.id);
    visit("measurement_started", context.started);
    visit("version", context.version);
    visit("build", context.build);
    visit("client_hash", context.client_hash);
    visit("server_name", context.server_name);
    visit("server_command", context.server_command);
    visit("server_is_ours", context.server_is_ours);
    visit("server_host", context.server_host);
    visit("round", context.round);
    visit("connections", context.connections);
    visit("workers", context.workers);
    visit("driver", context.driver);
    visit("transport", context.transport);
    visit("message_bytes", context.message_bytes);
    visit("seed", context.seed);
    visit("confidence", context.confidence);
    visit("precision", context.precision);
    visit("stop_statistics", context.stop_statistics);
    visit("options", context.options);
    visit("environment", context.environment);
    visit("placement", context.placement);
    visit("calibration", context.calibration);
    visit("keep_awake", context.keep_awake);
    visit("scheduling", context.scheduling);
    visit("warnings", context.warnings);
}

template <Either<ReplyErrors> T, typename Visit>
void for_each_key(T& errors, const Visit& visit) {
    visit("wrong", errors.wrong);
    visit("missing", errors.missing);
    visit("duplicate", errors.duplicate);
    visit("late", errors.late);
}

template <Either<Cost> T, typename Visit>
void for_each_key(T& cost, const Visit& visit) {
    visit("cpu_seconds", cost.cpu_seconds);
    visit("user_seconds", cost.user_seconds);
    visit("system_seconds", cost.system_seconds);
    visit("voluntary_switches", cost.voluntary_switches);
    visit("involuntary_switches", cost.involuntary_switches);
    visit("memory_pss_bytes", cost.memory_pss_bytes);
}

template <Either<WindowPoint> T, typename Visit>
void for_each_key(T& window, const Visit& visit) {
    visit("start_seconds", window.start_seconds);
    visit("width_seconds", window.width_seconds);
    visit("count", window.count);
    visit("sum_ns", window.sum_ns);
    visit("maximum_ns", window.maximum_ns);
}

template <Either<WorkerAccount> T, typename Visit>
void for_each_key(T& worker, const Visit& visit) {
    visit("planned_cpu", worker.planned_cpu);
    visit("connections", worker.connections);
    visit("cpu_share", worker.cpu_share);
    visit("busy_share", worker.busy_share);
    visit("involuntary_switches", worker.involuntary_switches);
    visit("migrations", worker.migrations);
}

template <Either<EdgeTime> T, typename Visit>
void for_each_key(T& edge, const Visit& visit) {
    visit("bucket", edge.bucket);
    visit("ns", edge.ns);
}

template <Either<RunFlags> T, typename Visit>
void for_each_key(T& flags, const Visit& visit) {
    visit("trend", flags.trend);
    visit("drift", flags.drift);
    visit("tail_dominated", flags.tail_dominated);
}

// Without trips and the estimates within the run. message_bytes comes from the context.
template <Either<RunResult> T, typename Visit>
void for_each_key(T& run, const Visit& visit) {
    visit("run", run.number);
    visit("complete", run.complete);
    visit("error", run.error);
    visit("started", run.started);
    visit("server_pid", run.server_pid);
    visit("server_was_killed", run.server_was_killed);
    visit("server_fingerprint", run.server_fingerprint);
    visit("server_threads", run.server_threads);
    visit("server_left_behind", run.server_left_behind);
    visit("offload", run.offload);
    visit("setup_seconds", run.setup_seconds);
    visit("warmup_seconds", run.warmup_seconds);
    visit("measured_seconds", run.measured_seconds);
    visit("teardown_seconds", run.teardown_seconds);
    visit("in_flight_at_end", run.edges.in_flight);
    visit("longest_in_flight_ns", run.edges.longest_in_flight_ns);
    visit("in_flight_ns", run.edges.in_flight_ns);
    visit("before_start_ns", run.edges.before_start_ns);
    visit("edge_time", run.edges.time);
    visit("connection_seconds", run.connection_seconds);
    visit("steal_share", run.steal_share);
    visit("server_share", run.server_share);
    visit("reply_errors", run.errors);
    visit("flags", run.flags);
    visit("client_cost", run.client);
    visit("server_cost", run.server);
    visit("worker_accounts", run.workers);
    visit("windows", run.windows);
}

// Without context, runs and outcome.
template <Either<MeasurementResult> T, typename Visit>
void for_each_key(T& result, const Visit& visit) {
    visit("stop_reason", result.stop_reason);
    visit("runs_needed", result.runs_needed);
    visit("optimal_run_seconds", result.optimal_run_seconds);
    visit("elapsed_seconds", result.elapsed_seconds);
    visit("warnings_after", result.warnings);
    visit("verdict_details", result.verdict_details);
}

template <Either<Histogram::Exact> T, typename Visit>
void for_each_key(T& exact, const Visit& visit) {
    visit("minimum", exact.minimum);
    visit("maximum", exact.maximum);
    visit("sum", exact.sum);
    visit("sum_of_squares", exact.sum_of_squares);
}

// A quiet factor with its usual value is not written, and may be missing when read.
template <Either<SweepCell> T, typename Visit>
void for_each_key(T& cell, const Visit& visit) {
    for (const Factor* factor : swept_factors()) {
        const bool is_unsaid = factor->is_quiet && factor->usual == cell.key[*factor];
        if (!std::is_const_v<T> || !is_unsaid) {
            std::visit([&](auto& value) { visit(factor->sweep->record_key.c_str(), value); },
                       cell.key[*factor]);
        }
    }
    visit("skipped", cell.skipped);
}

// Without runs, which is a number or "auto".
template <Either<SweepPlan> T, typename Visit>
void for_each_key(T& plan, const Visit& visit) {
    for (const Factor* factor : swept_factors()) {
        if (!std::is_const_v<T> || !plan.lists.is_unsaid(*factor)) {
            std::visit([&](auto& list) { visit(factor->sweep->option.c_str(), list); },
                       plan.lists[*factor]);
        }
    }
    visit("options", plan.options);
}

template <Either<SweepRecord> T, typename Visit>
void for_each_key(T& sweep, const Visit& visit) {
    visit("sweep", sweep.id);
    visit("started", sweep.started);
    visit("seed", sweep.seed);
    visit("plan", sweep.plan);
    visit("cells", sweep.cells);
}

template <typename T>
concept Keyed = requires(T& data) {
    for_each_key(data, [](const char*, const auto&) {});
};

// The members of one element of a series. They are stored by column, because a run has many
// elements and R wants columns.
template <typename T>
concept Columnar = Either<T, WindowPoint> || Either<T, WorkerAccount> || Either<T, EdgeTime>;

// The estimates within a run, by the field whose figure holds them.
inline constexpr std::array<std::pair<std::string_view, std::optional<Estimate> RunResult::*>, 5>
    within_run_members{{{"rtt_ns_mean", &RunResult::mean},
                        {"rtt_ns_p50", &RunResult::p50},
                        {"rtt_ns_p90", &RunResult::p90},
                        {"rtt_ns_p99", &RunResult::p99},
                        {"rtt_ns_p99_9", &RunResult::p99_9}}};

inline constexpr std::array<std::pair<std::string_view, ExitCode>, 4> outcome_names{
    {{"precision_reached", ExitCode::precision_reached},
     {"failed", ExitCode::failed},
     {"usage", ExitCode::usage},
     {"budget_spent", ExitCode::budget_spent}}};

[[nodiscard]] inline std::string_view name_of(ExitCode outcome) {
    for (const auto& [name, code] : outcome_names) {
        if (code == outcome) {
            return name;
        }
    }
    return "failed";
}

}  // namespace volley
