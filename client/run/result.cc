#include "run/result.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

namespace volley {

namespace {

using Value = std::optional<double>;

double trips_of(const RunResult& run) {
    return static_cast<double>(run.trips.count());
}

Value per_second(const RunResult& run, double amount) {
    return run.measured_seconds > 0 ? Value(amount / run.measured_seconds) : std::nullopt;
}

Value per_trip_ns(const RunResult& run, double seconds) {
    return run.trips.count() > 0 ? Value(seconds * 1e9 / trips_of(run)) : std::nullopt;
}

Value seconds_per_trip_ns(const RunResult& run, const std::optional<double>& seconds) {
    return seconds ? per_trip_ns(run, *seconds) : std::nullopt;
}

Value of_server(const RunResult& run, std::optional<double> Cost::*seconds) {
    return run.server ? seconds_per_trip_ns(run, *run.server.*seconds) : std::nullopt;
}

Value counted(const std::optional<std::uint64_t>& count) {
    return count ? Value(static_cast<double>(*count)) : std::nullopt;
}

Value counted_of_server(const RunResult& run, std::optional<std::uint64_t> Cost::*count) {
    return run.server ? counted(*run.server.*count) : std::nullopt;
}

Value busiest_worker(const RunResult& run, double WorkerAccount::*share) {
    Value most;
    for (const auto& worker : run.workers) {
        most = std::max(most.value_or(0), worker.*share);
    }
    return most;
}

// NOLINTBEGIN: a table reads best with one entry per line or two.
using Run = const RunResult&;
constexpr auto no_interval = nullptr;
constexpr std::array<Field, 36> table{{
    {"rtt_ns_mean", "ns", "round trip, mean", Aggregate::median,
     [](Run run) { return run.trips.mean(); }, [](Run run) { return run.mean; }},
    {"rtt_ns_p50", "ns", "round trip, median", Aggregate::median,
     [](Run run) { return run.trips.quantile(0.5); }, [](Run run) { return run.p50; }},
    {"rtt_ns_p90", "ns", "round trip, 90 % quantile", Aggregate::median,
     [](Run run) { return run.trips.quantile(0.9); }, [](Run run) { return run.p90; }},
    {"rtt_ns_p99", "ns", "round trip, 99 % quantile", Aggregate::median,
     [](Run run) { return run.trips.quantile(0.99); }, [](Run run) { return run.p99; }},
    {"rtt_ns_p99_9", "ns", "round trip, 99.9 % quantile", Aggregate::median,
     [](Run run) { return run.trips.quantile(0.999); }, [](Run run) { return run.p99_9; }},
    {"rtt_ns_p99_time_weighted", "ns",
     "99 % quantile of connection time: a round trip weighs what it took of the run",
     Aggregate::median, [](Run run) { return time_weighted_quantile(run.trips, run.edges, 0.99); },
     no_interval},
    {"rtt_ns_stddev", "ns", "standard deviation of round trips in a run", Aggregate::median,
     [](Run run) { return run.trips.standard_deviation(); }, no_interval},
    {"rtt_ns_min", "ns", "shortest round trip of all", Aggregate::minimum,
     [](Run run) {
         return run.trips.count() > 0 ? Value(static_cast<double>(run.trips.minimum()))
                                      : std::nullopt;
     },
     no_interval},
    {"rtt_ns_max", "ns", "longest round trip of all, also of those in flight at the end of a run",
     Aggregate::maximum,
     [](Run run) {
         const std::uint64_t longest = longest_trip_ns(run);
         return longest > 0 || run.trips.count() > 0 ? Value(static_cast<double>(longest))
                                                     : std::nullopt;
     },
     no_interval},
    {"round_trips", "1", "round trips measured", Aggregate::sum,
     [](Run run) { return Value(trips_of(run)); }, no_interval},
    {"round_trips_per_second", "1/s", "achieved throughput, all connections together",
     Aggregate::median, [](Run run) { return per_second(run, trips_of(run)); }, no_interval},
    {"bytes_per_second", "bytes/s", "payload in one direction, all connections together",
     Aggregate::median,
     [](Run run) {
         return per_second(run, trips_of(run) * static_cast<double>(run.message_bytes));
     },
     no_interval},
    {"server_cpu_ns_per_round_trip", "ns", "server CPU time per round trip", Aggregate::median,
     [](Run run) { return of_server(run, &Cost::cpu_seconds); }, no_interval},
    {"server_user_ns_per_round_trip", "ns", "of it in user mode", Aggregate::median,
     [](Run run) { return of_server(run, &Cost::user_seconds); }, no_interval},
    {"server_system_ns_per_round_trip", "ns", "of it in the kernel", Aggregate::median,
     [](Run run) { return of_server(run, &Cost::system_seconds); }, no_interval},
    {"client_cpu_ns_per_round_trip", "ns", "client CPU time per round trip", Aggregate::median,
     [](Run run) { return seconds_per_trip_ns(run, run.client.cpu_seconds); }, no_interval},
    {"client_user_ns_per_round_trip", "ns", "of it in user mode", Aggregate::median,
     [](Run run) { return seconds_per_trip_ns(run, run.client.user_seconds); }, no_interval},
    {"client_system_ns_per_round_trip", "ns", "of it in the kernel", Aggregate::median,
     [](Run run) { return seconds_per_trip_ns(run, run.client.system_seconds); }, no_interval},
    {"server_cpu_share", "1", "CPU used by the server over its CPUs", Aggregate::median,
     [](Run run) { return run.server_share; }, no_interval},
    {"client_worker_cpu_share_max", "1", "CPU used by the busiest worker", Aggregate::median,
     [](Run run) { return busiest_worker(run, &WorkerAccount::cpu_share); }, no_interval},
    {"client_worker_busy_share_max", "1", "share of its time that the busiest worker did not wait",
     Aggregate::median, [](Run run) { return busiest_worker(run, &WorkerAccount::busy_share); },
     no_interval},
    {"client_involuntary_switches", "1", "times that a worker lost its CPU", Aggregate::sum,
     [](Run run) { return counted(run.client.involuntary_switches); }, no_interval},
    {"server_voluntary_switches", "1", "times that the server waited", Aggregate::sum,
     [](Run run) { return counted_of_server(run, &Cost::voluntary_switches); }, no_interval},
    {"server_involuntary_switches", "1", "times that the server lost its CPU", Aggregate::sum,
     [](Run run) { return counted_of_server(run, &Cost::involuntary_switches); }, no_interval},
    {"client_memory_pss_bytes", "bytes", "memory of the client (Pss)", Aggregate::maximum,
     [](Run run) { return counted(run.client.memory_pss_bytes); }, no_interval},
    {"server_memory_pss_bytes", "bytes", "memory of the server, all its processes (Pss)",
     Aggregate::maximum, [](Run run) { return counted_of_server(run, &Cost::memory_pss_bytes); },
     no_interval},
    {"steal_share", "1", "share of the measured CPUs' time that the hypervisor took",
     Aggregate::median, [](Run run) { return run.steal_share; }, no_interval},
    {"setup_seconds", "s", "start of the server to the start line", Aggregate::median,
     [](Run run) { return Value(run.setup_seconds); }, no_interval},
    {"warmup_seconds", "s", "warm-up, discarded", Aggregate::median,
     [](Run run) { return Value(run.warmup_seconds); }, no_interval},
    {"measured_seconds", "s", "measured time", Aggregate::sum,
     [](Run run) { return Value(run.measured_seconds); }, no_interval},
    {"teardown_seconds", "s", "end of measuring to the server reaped", Aggregate::median,
     [](Run run) { return Value(run.teardown_seconds); }, no_interval},
    {"covered_share", "1", "share of connection time in round trips that ended within their run",
     Aggregate::median, [](Run run) { return covered_share(run); }, no_interval},
    {"in_flight_at_end", "1", "round trips that ended after the last window", Aggregate::sum,
     [](Run run) { return Value(static_cast<double>(run.edges.in_flight)); }, no_interval},
    {"rtt_ns_in_flight_max", "ns", "longest of those", Aggregate::maximum,
     [](Run run) { return Value(static_cast<double>(run.edges.longest_in_flight_ns)); },
     no_interval},
    {"reply_errors", "1", "replies that broke the contract", Aggregate::sum,
     [](Run run) { return Value(static_cast<double>(run.errors.total())); }, no_interval},
    {"server_threads", "1", "threads of the server at the start line", Aggregate::median,
     [](Run run) { return run.server_threads ? Value(*run.server_threads) : std::nullopt; },
     no_interval},
}};
// NOLINTEND

Value aggregate_of(Aggregate aggregate, const std::vector<double>& values) {
    switch (aggregate) {
        case Aggregate::sum:
            return std::accumulate(values.begin(), values.end(), 0.0);
        case Aggregate::minimum:
            return *std::min_element(values.begin(), values.end());
        case Aggregate::maximum:
            return *std::max_element(values.begin(), values.end());
        case Aggregate::median:
            break;
    }
    return std::nullopt;
}

Figure figure_of(std::span<const RunFigures> runs, std::size_t index, double confidence) {
    const Field& field = table[index];
    Figure figure{.field = &field};
    std::vector<double> values;
    for (const auto& run : runs) {
        if (run.values[index]) {
            values.push_back(*run.values[index]);
        }
    }
    if (values.empty()) {
        return figure;
    }
    if (field.aggregate != Aggregate::median) {
        figure.value = aggregate_of(field.aggregate, values);
        return figure;
    }
    figure.over_runs = summarize_over_runs(values, confidence);
    figure.value = figure.over_runs->median.point;
    figure.interval = figure.over_runs->median.interval;
    if (values.size() == 1 && field.within_run != nullptr) {
        for (const auto& run : runs) {
            if (const auto& estimate = run.within_run[index]) {
                // Both leave out the first eighth of the run, so that the point lies in its
                // interval.
                figure.value = estimate->point;
                figure.interval = estimate->interval;
            }
        }
    }
    return figure;
}

}  // namespace

std::uint64_t longest_trip_ns(const RunResult& run) {
    return std::max(run.trips.maximum(), run.edges.longest_in_flight_ns);
}

std::optional<double> covered_share(const RunResult& run) {
    if (run.connection_seconds <= 0) {
        return std::nullopt;
    }
    const double share = ended_time_ns(run.trips, run.edges) * 1e-9 / run.connection_seconds;
    return std::clamp(share, 0.0, 1.0);
}

std::string not_offloaded(std::span<const std::optional<std::string>> verdicts) {
    constexpr std::string_view refusal = "not offloaded: ";
    std::size_t count = 0;
    std::string reason;
    for (const auto& verdict : verdicts) {
        if (verdict && *verdict != offloaded) {
            ++count;
            reason = verdict->starts_with(refusal) ? verdict->substr(refusal.size()) : *verdict;
        }
    }
    return count == 0 ? ""
                      : "in " + std::to_string(count) + " of " + std::to_string(verdicts.size()) +
                            (verdicts.size() == 1 ? " run: " : " runs: ") + reason;
}

std::string not_offloaded(const MeasurementResult& result) {
    std::vector<std::optional<std::string>> verdicts;
    for (const auto& run : result.runs) {
        verdicts.push_back(run.offload);
    }
    return not_offloaded(verdicts);
}

std::span<const Field> fields() {
    return table;
}

std::string value_of(const std::vector<Setting>& settings, std::string_view name) {
    const auto found = std::find_if(settings.begin(), settings.end(),
                                    [&](const Setting& setting) { return setting.name == name; });
    return found == settings.end() ? "" : found->value;
}

std::size_t asked_server_cores(const MeasurementContext& context) {
    const std::string text = value_of(context.options, "server-cores");
    std::size_t cores = 0;
    std::from_chars(text.data(), text.data() + text.size(), cores);
    return cores;
}

std::optional<double> RunFigures::value(const Field& field) const {
    return values[static_cast<std::size_t>(&field - table.data())];
}

const Field* find_statistic(std::string_view name) {
    const std::string prefixed = "rtt_ns_" + std::string(name);
    for (const auto& field : table) {
        if (field.name == name || field.name == prefixed) {
            return &field;
        }
    }
    return nullptr;
}

std::vector<double> values_over_runs(const MeasurementResult& result, const Field& field) {
    std::vector<double> values;
    for (const auto& run : result.runs) {
        const Value value = run.complete ? field.of_run(run) : std::nullopt;
        if (value) {
            values.push_back(*value);
        }
    }
    return values;
}

RunFigures figures_of(const RunResult& run) {
    RunFigures all;
    all.values.reserve(table.size());
    all.within_run.reserve(table.size());
    for (const auto& field : table) {
        all.values.push_back(field.of_run(run));
        all.within_run.push_back(field.within_run != nullptr ? field.within_run(run)
                                                             : std::nullopt);
    }
    return all;
}

std::vector<Figure> figures(std::span<const RunFigures> complete_runs, double confidence) {
    std::vector<Figure> all;
    all.reserve(table.size());
    for (std::size_t index = 0; index < table.size(); ++index) {
        all.push_back(figure_of(complete_runs, index, confidence));
    }
    return all;
}

std::vector<Figure> figures(const MeasurementResult& result) {
    std::vector<RunFigures> complete;
    for (const auto& run : result.runs) {
        if (run.complete) {
            complete.push_back(figures_of(run));
        }
    }
    return figures(complete, result.context.confidence);
}

}  // namespace volley
