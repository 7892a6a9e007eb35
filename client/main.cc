// volley: the pipeline, one named step per line. Each step is described in its header. The only
// catch is in base/program.hh.

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hh"
#include "base/program.hh"
#include "host/keep_awake.hh"
#include "options/options.hh"
#include "plan/describe.hh"
#include "plan/executable.hh"
#include "plan/machine.hh"
#include "plan/plan.hh"
#include "process/watcher.hh"
#include "report/outputs.hh"
#include "run/calibrate.hh"
#include "run/measurement.hh"

namespace volley {
namespace {

int run_volley(const std::vector<std::string>& arguments) {
    const Options options = parse_options(arguments);
    if (options.action == Options::Action::help || options.action == Options::Action::version) {
        print(options.action == Options::Action::help ? help_text() : version_report());
        return 0;
    }
    const Watcher watcher;
    Signals signals;
    const Topology topology = read_topology();
    const ServerMetadata metadata = metadata_of(options);
    Plan plan = make_plan(options, topology, metadata, read_machine_facts());
    if (plan.spec.run.server) {
        plan.spec.run.endpoint = plan.spec.run.endpoint.on_this_machine();
    }
    // From here on, nothing more is chosen.
    if (options.print_numactl) {
        std::fputs(numactl_commands(options, plan).c_str(), stderr);
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
    const MeasurementContext context =
        describe(options, plan, calibration, awake ? awake->how() : "");
    const MeasurementResult result = measure(plan.spec, context, signals, outputs.observer());
    // From here on, nothing more is measured.
    outputs.finish(result);
    return static_cast<int>(result.outcome);
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    return volley::run_program("volley", argc, argv, volley::run_volley);
}
