#include "plan/describe.hh"

#include "base/build_info.hh"
#include "clock/clock.hh"
#include "host/environment.hh"
#include "host/file_hash.hh"
#include "host/warnings.hh"
#include "report/outputs.hh"

namespace volley {

CpuList measured_cpus(const Placement& placement) {
    CpuList measured = placement.server_cpus;
    measured.insert(measured.end(), placement.client_cpus.begin(), placement.client_cpus.end());
    return measured;
}

MeasurementContext describe(const Options& options, const Plan& plan,
                            const SelfCalibration& calibration, const std::string& keep_awake) {
    const RunSpec& run = plan.spec.run;
    MeasurementContext context;
    context.started = wall_clock_text();
    context.id = measurement_id(context.started, run.seed);
    context.version = std::string(version_text) + " (" + build_revision + ")";
    context.build = std::string(build_compiler) + ": " + build_flags;
    if (const std::string hash = own_hash(); !hash.empty()) {
        context.client_hash = hash;
    }
    context.server_name = plan.server_name;
    context.server_is_ours = run.server.has_value();
    if (run.server) {
        context.server_command = run.server->command;
    }
    context.round = options.round;
    context.connections = run.connections;
    context.workers = run.workers;
    context.driver = to_string(run.driver);
    context.transport = run.endpoint.transport();
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
    context.keep_awake = keep_awake;
    context.scheduling = run.realtime ? "fifo" : "other";
    context.warnings = warnings_before(context.environment, context.placement,
                                       {.connections = run.connections,
                                        .keep_awake = options.keep_awake,
                                        .realtime = run.realtime});
    return context;
}

}  // namespace volley
