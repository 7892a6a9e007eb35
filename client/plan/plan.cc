#include "plan/plan.hh"

#include <algorithm>

#include "base/error.hh"
#include "base/joined.hh"
#include "base/printable.hh"

namespace volley {

namespace {

constexpr Duration default_warmup = std::chrono::milliseconds(250);
// Descriptors in addition to the connections: results, pipes, epoll and timers of each worker.
constexpr std::uint64_t spare_descriptors = 64;
constexpr std::uint64_t descriptors_a_worker = 4;
// Round trips that a quantile needs to have a sensible value in every run.
constexpr std::uint64_t trips_for_any = 64;
constexpr std::uint64_t trips_for_p99 = 2'000;
constexpr std::uint64_t trips_for_p99_9 = 20'000;
// A single-run measurement never stops earlier than this.
constexpr Duration least_single_run = std::chrono::seconds(5);

std::size_t workers_wanted(const Options& options) {
    return options.threads.value_or(options.clients);
}

PlacementRequest placement_request(const Options& options) {
    return {.enabled = options.placement,
            .server_is_ours = !options.server.empty(),
            .server_cores = options.server_cores,
            .client_cores = options.client_cores,
            .workers = workers_wanted(options),
            .server_cpus = options.server_cpus,
            .client_cpus = options.client_cpus,
            .server_node = options.server_node,
            .client_node = options.client_node};
}

std::uint64_t least_trips(const std::vector<std::string>& statistics) {
    const auto asked = [&](std::string_view name) {
        return std::any_of(statistics.begin(), statistics.end(),
                           [&](const std::string& statistic) { return statistic.ends_with(name); });
    };
    return asked("p99_9") ? trips_for_p99_9 : asked("p99") ? trips_for_p99 : trips_for_any;
}

std::string counted(std::size_t number, const char* noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

// Chooses the driver and the number of workers if the user left them open.
void choose_workers(const Options& options, const Topology& topology, Plan& plan) {
    RunSpec& run = plan.spec.run;
    const std::size_t cpus = run.placement.client_cpus.empty()
                                 ? std::max<std::size_t>(1, topology.allowed().size())
                                 : run.placement.client_cpus.size();
    const bool a_thread_each = options.threads.value_or(options.clients) == options.clients;
    switch (options.driver) {
        case DriverChoice::block:
            run.driver = DriverKind::block;
            break;
        case DriverChoice::wait:
            run.driver = DriverKind::wait;
            break;
        case DriverChoice::spin:
            run.driver = DriverKind::spin;
            break;
        case DriverChoice::automatic:
            run.driver = a_thread_each && (options.clients <= cpus || options.threads.has_value())
                             ? DriverKind::block
                             : DriverKind::wait;
            plan.notes.push_back(
                std::string("driver ") + to_string(run.driver) + ": " +
                counted(options.clients, "connection") + " on " + counted(cpus, "client CPU") +
                (run.driver == DriverKind::block ? ", a thread each"
                                                 : ", each worker multiplexes its connections"));
    }
    run.workers = run.driver == DriverKind::block
                      ? options.clients
                      : options.threads.value_or(std::min(options.clients, cpus));
    run.connections = options.clients;
}

void check_limits(const Options& options, const MachineFacts& facts, const Plan& plan,
                  const EndpointLimits& limits) {
    if (plan.descriptors_needed > facts.descriptor_limit) {
        throw Error(ExitCode::usage,
                    "--clients " + std::to_string(options.clients) + " needs " +
                        std::to_string(plan.descriptors_needed) +
                        " file descriptors, but the limit is " +
                        std::to_string(facts.descriptor_limit),
                    "raise the limit (ulimit -Hn, or LimitNOFILE= of the service), or open fewer");
    }
    if (options.clients > limits.most_connections) {
        throw Error(ExitCode::usage,
                    "--clients " + std::to_string(options.clients) + " " + limits.why_no_more,
                    limits.remedy);
    }
    if (options.message_bytes < limits.least_message_bytes ||
        options.message_bytes > limits.most_message_bytes) {
        throw Error(ExitCode::usage,
                    "--message " + std::to_string(options.message_bytes) + ": transport " +
                        std::string(plan.spec.run.endpoint.transport()) + " carries " +
                        std::to_string(limits.least_message_bytes) + " to " +
                        std::to_string(limits.most_message_bytes) + " bytes",
                    "choose a size within that, or another transport");
    }
}

// What to do about a server that does not speak this transport.
std::string remedy_without(const std::string& transport, const ServerMetadata& metadata) {
    const std::string other =
        "choose a server whose server.toml lists \"" + transport + "\" in transports";
    for (const std::string& name : transport_names()) {
        if (metadata.speaks(name)) {
            return other + ", or measure with --transport " + name;
        }
    }
    return other;
}

void check_capabilities(const Options& options, const Endpoint& endpoint,
                        const ServerMetadata& metadata, const std::string& name) {
    const std::string transport(endpoint.transport());
    if (!metadata.speaks(transport)) {
        throw Error(ExitCode::skipped, name + ": skipped: " + metadata.speaks_otherwise(transport),
                    remedy_without(transport, metadata));
    }
    if (options.message_bytes != challenge_bytes && metadata.found() &&
        !metadata.has_capability("size")) {
        throw Error(ExitCode::usage,
                    "--message " + std::to_string(options.message_bytes) + ": server '" + name +
                        "' has no capability \"size\" in its server.toml",
                    "leave out --message, or choose a server that has it");
    }
}

CpuList as_list(const std::vector<int>& numbers) {
    return {numbers.begin(), numbers.end()};
}

std::string seconds_text(Duration duration) {
    return format_nanoseconds(static_cast<double>(duration.count()));
}

}  // namespace

Plan make_plan(const Options& options, const Topology& topology, const ServerMetadata& metadata,
               const MachineFacts& facts) {
    Plan plan;
    const Endpoint endpoint = endpoint_of(options);
    plan.server_name = !options.name.empty()    ? options.name
                       : options.server.empty() ? endpoint.text()
                                                : server_name_of(options.server.front());
    check_capabilities(options, endpoint, metadata, plan.server_name);
    RunSpec& run = plan.spec.run;
    if (!options.server.empty()) {
        run.server = ServerSpec{.command = options.server,
                                .ready_timeout = options.ready_timeout,
                                .stop_timeout = options.stop_timeout};
        run.server->is_told_transport = endpoint.transport() != metadata.default_transport();
        if (metadata.text("io") == "bypass") {
            run.server->offload_check = metadata.companion("offload");
        }
    }
    run.endpoint = endpoint;
    run.topology = topology;
    run.placement = place(topology, placement_request(options));
    choose_workers(options, topology, plan);
    run.message_bytes = options.message_bytes;
    run.timeout = options.timeout;
    run.connect_timeout = options.connect_timeout;
    run.warmup = options.warmup.value_or(metadata.warmup().value_or(default_warmup));
    if (!options.warmup && metadata.warmup()) {
        plan.notes.push_back("warm-up " + seconds_text(run.warmup) +
                             ": asked for by the server's server.toml");
    }
    const Duration budget = options.max_time.value_or(default_max_time);
    run.longest_run = budget;
    run.run_time = std::min(options.run_time, budget);
    run.least_trips = least_trips(options.statistics);
    run.confidence = options.confidence;
    run.realtime = options.realtime;
    run.seed = options.seed != 0 ? options.seed : facts.random;
    plan.spec.stop = {.precision = options.precision,
                      .confidence = options.confidence,
                      .least_runs = options.min_runs,
                      .most_runs = options.max_runs,
                      .budget = budget};
    plan.spec.budget_holds = !options.runs || options.max_time;
    plan.spec.exact_runs = options.runs;
    if (options.runs == std::size_t{1}) {
        run.run_time = std::min(std::max(run.run_time, least_single_run), budget);
    }
    plan.spec.statistics = options.statistics;
    plan.spec.terminate = options.terminate;
    const EndpointLimits limits = endpoint.limits(facts.transports, run.server.has_value());
    plan.descriptors_needed = run.connections * limits.descriptors_a_connection +
                              spare_descriptors + descriptors_a_worker * run.workers;
    check_limits(options, facts, plan, limits);
    return plan;
}

std::string plan_report(const Plan& plan) {
    const RunSpec& run = plan.spec.run;
    const Placement& placement = run.placement;
    const auto cpus = [](const CpuList& list) {
        return list.empty() ? std::string("not pinned") : "CPUs " + format_cpu_list(list);
    };
    const auto nodes = [](const std::vector<int>& list) {
        return list.empty() ? std::string() : ", node " + format_cpu_list(as_list(list));
    };
    std::string text;
    text += "server     " + printable(plan.server_name) + ", " + cpus(placement.server_cpus) +
            nodes(placement.server_nodes) + "\n";
    text += "client     " + counted(run.connections, "connection") + ", " +
            counted(run.workers, "worker") + ", driver " + to_string(run.driver) + ", " +
            cpus(placement.client_cpus) + nodes(placement.client_nodes) + "\n";
    text += "transport  " + std::string(run.endpoint.transport()) + "\n";
    text += "sharing    " + to_string(placement.sharing) + "\n";
    text += "a run      " + seconds_text(run.warmup) + " warm-up, " + seconds_text(run.run_time) +
            " measured, at least " + format_count(static_cast<double>(run.least_trips)) +
            " round trips\n";
    text += "runs       " +
            (plan.spec.exact_runs ? std::to_string(*plan.spec.exact_runs)
                                  : std::to_string(plan.spec.stop.least_runs) + " to " +
                                        std::to_string(plan.spec.stop.most_runs)) +
            (plan.spec.budget_holds ? ", within " + seconds_text(plan.spec.stop.budget)
                                    : ", however long they take") +
            "\n";
    for (const auto& note : plan.notes) {
        text += "note       " + printable(note) + "\n";
    }
    for (const auto& note : placement.notes) {
        text += "note       " + printable(note) + "\n";
    }
    return text;
}

}  // namespace volley
