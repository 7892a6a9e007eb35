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

void account_for_connections(RunResult& result, const std::vector<Crew::Report>& reports,
                             std::size_t connections) {
    for (const auto& report : reports) {
        result.edges.add(report.edge_trips);
    }
    result.connection_seconds = static_cast<double>(connections) * result.measured_seconds;
}

Error without_trips(Duration length, const std::vector<Crew::Report>& reports, bool interrupted) {
    const auto text_of = [](auto ns) { return format_nanoseconds(static_cast<double>(ns)); };
    EdgeTrips edges;
    for (const auto& report : reports) {
        edges.add(report.edge_trips);
    }
    std::string what = "not one round trip ended within the " + text_of(length.count()) +
                       " of the run" + (interrupted ? " before it was interrupted" : "");
    if (edges.in_flight > 0) {
        what += "; the longest took " + text_of(edges.longest_in_flight_ns);
    }
    return {ExitCode::failed, what,
            interrupted
                ? ""
                : "give a run twenty times that long (--run-time), and all of them together "
                  "enough (--max-time)"};
}

void account_for_client(RunResult& result, const std::vector<Crew::Report>& reports,
                        const RunEdge& start, const RunEdge& end, DriverKind driver) {
    for (std::size_t worker = 0; worker < reports.size(); ++worker) {
        const auto& report = reports[worker];
        WorkerAccount account = report.account;
        if (worker < start.workers.size() && worker < end.workers.size()) {
            const Duration used = end.workers[worker].used - start.workers[worker].used;
            const Duration wall = end.workers[worker].at - start.workers[worker].at;
            account.cpu_share = wall > Duration::zero() ? to_seconds(used) / to_seconds(wall) : 0;
        }
        if (driver != DriverKind::spin) {
            account.busy_share = account.cpu_share;
        }
        const double total = account.cpu_share * result.measured_seconds;
        const double user = to_seconds(report.at_end.user - report.at_start.user);
        const double system = to_seconds(report.at_end.system - report.at_start.system);
        const double user_share = user + system > 0 ? user / (user + system) : 0;
        result.client.user_seconds += total * user_share;
        result.client.system_seconds += total * (1 - user_share);
        result.client.voluntary_switches +=
            report.at_end.voluntary_switches - report.at_start.voluntary_switches;
        result.client.involuntary_switches += account.involuntary_switches;
        result.workers.push_back(account);
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
