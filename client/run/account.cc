#include "run/account.hh"

#include <unistd.h>

#include <algorithm>

#include "run/readiness.hh"
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
    std::string what = "no round trip ended within the " + text_of(length.count()) + " of the run" +
                       (interrupted ? " before it was interrupted" : "");
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
                        const RunReadings& readings, DriverKind driver) {
    bool is_known = true;
    double cpu = 0;
    double user = 0;
    double system = 0;
    std::uint64_t voluntary = 0;
    std::uint64_t involuntary = 0;
    for (std::size_t worker = 0; worker < reports.size(); ++worker) {
        const auto& report = reports[worker];
        WorkerAccount account = report.account;
        if (worker < readings.workers_before.size() && worker < readings.workers_after.size()) {
            const Crew::CpuReading& before = readings.workers_before[worker];
            const Crew::CpuReading& after = readings.workers_after[worker];
            const Duration used = after.used - before.used;
            const Duration wall = after.at - before.at;
            account.cpu_share = wall > Duration::zero() ? to_seconds(used) / to_seconds(wall) : 0;
            is_known = is_known && is_an_edge(to_seconds(wall), result.measured_seconds);
        } else {
            is_known = false;  // the run ended before its second edge
        }
        if (driver != DriverKind::spin) {
            account.busy_share = account.cpu_share;
        }
        cpu += account.cpu_share * result.measured_seconds;
        // The split into user and system time: the kernel's figures are shares of the total by
        // clock ticks.
        user += to_seconds(report.at_end.user - report.at_start.user);
        system += to_seconds(report.at_end.system - report.at_start.system);
        voluntary += report.at_end.voluntary_switches - report.at_start.voluntary_switches;
        involuntary += account.involuntary_switches;
        result.workers.push_back(account);
    }
    const auto ticks_per_second = static_cast<double>(std::max(::sysconf(_SC_CLK_TCK), 1L));
    const Usage usage =
        is_known ? divided_by_ticks(cpu, user * ticks_per_second, system * ticks_per_second)
                 : Usage{};
    result.client = {.cpu_seconds = usage.cpu_seconds,
                     .user_seconds = usage.user_seconds,
                     .system_seconds = usage.system_seconds,
                     .voluntary_switches = voluntary,
                     .involuntary_switches = involuntary,
                     .memory_pss_bytes = readings.client_memory_bytes};
}

void account_for_machine(RunResult& result, const RunReadings& readings) {
    const LoadSample& before = readings.load_before;
    const LoadSample& after = readings.load_after;
    const double wall = to_seconds(readings.load_after_at - readings.load_before_at);
    if (before.steal_seconds && after.steal_seconds && wall > 0 && after.cpus > 0) {
        const double stolen = *after.steal_seconds - *before.steal_seconds;
        result.steal_share = std::clamp(stolen / wall / static_cast<double>(after.cpus), 0.0, 1.0);
    }
}

void account_for_server(RunResult& result, const RunReadings& readings, const LifeUsage& life,
                        const RunSpec& spec) {
    const double measured = to_seconds(readings.to - readings.from);
    result.server = {.cpu_seconds = readings.server.cpu_seconds,
                     .user_seconds = readings.server.user_seconds,
                     .system_seconds = readings.server.system_seconds,
                     .memory_pss_bytes = readings.server_memory_bytes};
    // Switches of children that nobody waits for are lost.
    if (!readings.server_loses_children) {
        result.server->voluntary_switches = life.voluntary_switches;
        result.server->involuntary_switches = life.involuntary_switches;
    }
    const std::size_t allowed = spec.placement.server_cpus.empty()
                                    ? spec.topology.allowed().size()
                                    : spec.placement.server_cpus.size();
    if (readings.server.cpu_seconds && measured > 0 && allowed > 0) {
        result.server_share =
            *readings.server.cpu_seconds / measured / static_cast<double>(allowed);
    }
}

void account_for_stop(RunResult& result, const ServerProcess::Stopped& stopped,
                      ServerProcess& server) {
    result.server_was_killed = stopped.killed;
    if (!stopped.left_behind.empty()) {
        result.server_left_behind = stopped.left_behind;
    }
    if ((stopped.crashed || !stopped.unkillable.empty()) && result.error.empty()) {
        result.complete = false;
        result.error = stopped.crashed
                           ? "the server " + server.how_it_ended() + " when it was stopped" +
                                 last_words(server)
                           : "processes of the server cannot be killed: " + stopped.unkillable +
                                 "; end them as the user that they run as";
    }
}

}  // namespace volley
