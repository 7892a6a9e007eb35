#include "run/account.hh"

#include <sys/resource.h>

#include <algorithm>

#include "stats/within_run.hh"

namespace volley {

void fill_figures(RunResult& result, const CommonWindows& windows, double confidence) {
    const auto series = windows.series().windows();
    result.trips = windows.series().pooled();
    result.windows = windows.points();
    result.mean = mean_within_run(series, confidence);
    result.p50 = quantile_within_run(series, 0.5, confidence);
    result.p90 = quantile_within_run(series, 0.9, confidence);
    result.p99 = quantile_within_run(series, 0.99, confidence);
    result.p99_9 = quantile_within_run(series, 0.999, confidence);
    result.flags = flags_within_run(series);
}

void account_for_client(RunResult& result, const std::vector<Crew::Report>& reports) {
    for (const auto& report : reports) {
        result.workers.push_back(report.account);
        result.client.user_seconds += to_seconds(report.at_end.user - report.at_start.user);
        result.client.system_seconds += to_seconds(report.at_end.system - report.at_start.system);
        result.client.voluntary_switches +=
            report.at_end.voluntary_switches - report.at_start.voluntary_switches;
        result.client.involuntary_switches += report.account.involuntary_switches;
        result.in_flight_at_end += report.in_flight_at_end;
        result.longest_in_flight_ns =
            std::max(result.longest_in_flight_ns, report.longest_in_flight_ns);
    }
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    result.client.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void account_for_machine(RunResult& result, const RunEdge& start, const RunEdge& end,
                         const Topology& topology) {
    const double wall = to_seconds(end.at - start.at);
    const auto cpus = static_cast<double>(topology.cpus.size());
    if (wall > 0 && cpus > 0) {
        const double stolen = end.load.steal_seconds - start.load.steal_seconds;
        result.steal_share = std::clamp(stolen / wall / cpus, 0.0, 1.0);
    }
}

void account_for_server(RunResult& result, const RunEdge& start, const RunEdge& end,
                        const Cost& life, const RunSpec& spec) {
    const double wall = to_seconds(end.at - start.at);
    if (wall <= 0) {
        return;
    }
    Cost cost = life;
    cost.user_seconds = end.server.user_seconds - start.server.user_seconds;
    cost.system_seconds = end.server.system_seconds - start.server.system_seconds;
    cost.peak_memory_bytes = end.server.peak_memory_bytes;
    result.server = cost;
    const std::size_t allowed = spec.placement.server_cpus.empty()
                                    ? spec.topology.allowed().size()
                                    : spec.placement.server_cpus.size();
    result.server_share =
        (cost.user_seconds + cost.system_seconds) / wall / static_cast<double>(allowed);
}

}  // namespace volley
