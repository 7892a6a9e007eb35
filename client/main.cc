// volley: the pipeline, one named step a line. What each step does stands in its header; the only
// catch is here.

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "base/build_info.hh"
#include "base/error.hh"
#include "clock/clock.hh"
#include "host/environment.hh"
#include "host/keep_awake.hh"
#include "host/warnings.hh"
#include "options/options.hh"
#include "plan/executable.hh"
#include "plan/machine.hh"
#include "plan/plan.hh"
#include "report/outputs.hh"
#include "run/calibrate.hh"
#include "run/measurement.hh"

namespace volley {
namespace {

// Those of the server and of the workers.
CpuList measured_cpus(const Placement& placement) {
    CpuList measured = placement.server_cpus;
    measured.insert(measured.end(), placement.client_cpus.begin(), placement.client_cpus.end());
    return measured;
}

MeasurementContext describe(const Options& options, const Plan& plan,
                            const SelfCalibration& calibration,
                            const std::optional<KeepAwake>& awake) {
    const RunSpec& run = plan.spec.run;
    MeasurementContext context;
    context.started = wall_clock_text();
    context.id = measurement_id(context.started, run.seed);
    context.version = std::string(version_text) + " (" + build_revision + ")";
    context.build = std::string(build_compiler) + ": " + build_flags;
    context.server_name = plan.server_name;
    context.server_is_ours = run.server.has_value();
    if (run.server) {
        context.server_command = run.server->command;
    }
    context.round = options.round;
    context.connections = run.connections;
    context.workers = run.workers;
    context.driver = to_string(run.driver);
    context.transport = "tcp";
    context.message_bytes = run.message_bytes;
    context.seed = run.seed;
    context.confidence = plan.spec.stop.confidence;
    context.precision = plan.spec.stop.precision;
    context.stop_statistics = plan.spec.statistics;
    context.options = settings_of(options);
    context.environment = read_environment(run.topology, measured_cpus(run.placement));
    context.environment.other_load = calibration.other_load;
    context.placement = run.placement;
    context.calibration = calibration.figures;
    context.keep_awake = awake ? awake->how() : "";
    context.scheduling = run.realtime ? "fifo" : "other";
    context.warnings = warnings_before(context.environment, context.placement,
                                       {.connections = run.connections,
                                        .keep_awake = options.keep_awake,
                                        .realtime = run.realtime});
    return context;
}

int run_volley(const std::vector<std::string>& arguments) {
    const Options options = parse_options(arguments);
    if (options.action == Options::Action::help || options.action == Options::Action::version) {
        print(options.action == Options::Action::help ? help_text() : version_report());
        return 0;
    }
    Signals signals;
    const Topology topology = read_topology();
    const ServerMetadata metadata = metadata_of(options);
    const Plan plan = make_plan(options, topology, metadata, read_machine_facts());
    // After this nothing is chosen.
    if (options.print_numactl) {
        std::fputs(numactl_commands(plan).c_str(), stderr);
    }
    if (options.action == Options::Action::print_plan) {
        print(plan_report(plan));
        return 0;
    }
    raise_descriptor_limit(plan.descriptors_needed);
    if (options.realtime) {
        check_realtime_allowed();
    }
    Outputs outputs(options);
    std::optional<KeepAwake> awake;
    if (options.keep_awake) {
        awake.emplace(measured_cpus(plan.spec.run.placement));
    }
    const SelfCalibration calibration = calibrate_client(plan.spec.run);
    const MeasurementContext context = describe(options, plan, calibration, awake);
    const MeasurementResult result = measure(plan.spec, context, signals, outputs.observer());
    // After this nothing is measured.
    outputs.finish(result);
    return static_cast<int>(result.outcome);
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    try {
        return volley::run_volley({argv + 1, argv + argc});
    } catch (const volley::Error& error) {
        std::fprintf(stderr, "volley: %s\n", error.what());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "volley: unexpected: %s\n", error.what());
        return static_cast<int>(volley::ExitCode::failed);
    }
}
