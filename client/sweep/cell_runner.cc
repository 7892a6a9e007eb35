#include "sweep/cell_runner.hh"

#include <memory>

#include "host/keep_awake.hh"
#include "plan/describe.hh"

namespace volley {

namespace {

std::unique_ptr<KeepAwake> keep_awake(const GridCell& cell) {
    return cell.options.keep_awake
               ? std::make_unique<KeepAwake>(measured_cpus(cell.plan->spec.run.placement))
               : nullptr;
}

}  // namespace

void CellRunner::prepare(std::uint64_t seed, const std::string& awake) {
    RunSpec& spec = cell_->plan->spec.run;
    cell_->options.seed = seed;
    spec.seed = seed;
    context_ = describe(cell_->options, *cell_->plan, calibrate_client(spec), awake);
}

RunResult CellRunner::perform(std::uint64_t round, std::uint64_t seed, const RunHooks& hooks) {
    // Only while this cell is measured: other cells use other CPUs.
    const auto awake = keep_awake(*cell_);
    if (!context_) {
        prepare(seed, awake ? awake->how() : "");
    }
    cell_->options.round = round;
    context_->round = round;
    context_->options = settings_of(cell_->options);
    RunSpec spec = cell_->plan->spec.run;
    ++runs_;
    spec.seed += runs_;
    RunResult result = perform_run(spec, runs_, hooks);
    context_->server_host = result.server_host;
    return result;
}

}  // namespace volley
