#include "run/measurement.hh"

#include <algorithm>
#include <cmath>
#include <span>

#include "clock/clock.hh"
#include "run/readiness.hh"
#include "run/run.hh"
#include "run/verdict.hh"
#include "run/watch.hh"
#include "stats/over_runs.hh"
#include "stats/within_run.hh"

namespace volley {

namespace {

class Measuring {
  public:
    Measuring(const MeasurementSpec& spec, const MeasurementContext& context, Signals& signals,
              const Observer& observer)
        : spec_(spec), signals_(signals), observer_(observer), stopper_(spec.stop) {
        result_.context = context;
        hooks_.signals = &signals;
        if (observer_.tick) {
            hooks_.tick = [this] { observer_.tick(result_, now() - began_, seconds_left()); };
        }
        if (is_single()) {
            hooks_.look = [this](std::span<const Histogram> windows) { return look(windows); };
        }
    }

    MeasurementResult run_all() {
        bool go_on = true;
        while (go_on) {
            const std::size_t number = result_.runs.size() + 1;
            RunSpec run = spec_.run;
            run.seed = spec_.run.seed + number;
            run.longest_run = longest_run();
            // If a name has several addresses, one is measured: the one that answered.
            run.endpoint = endpoint();
            try {
                result_.runs.push_back(perform_run(run, number, hooks_));
            } catch (const Error& error) {
                // Interrupted during set-up: only the runs before this one remain.
                if (error.code() != ExitCode::budget_spent || result_.runs.empty()) {
                    throw;
                }
                result_.outcome = ExitCode::budget_spent;
                result_.stop_reason = "interrupted";
                break;
            }
            if (result_.context.server_host.empty()) {
                result_.context.server_host = result_.runs.back().server_host;
            }
            refuse_other_build();
            result_.elapsed_seconds = to_seconds(now() - began_);
            if (observer_.run_ended) {
                observer_.run_ended(result_, result_.runs.back());
            }
            go_on = decide() && pause();
        }
        if (spec_.terminate && !spec_.run.server) {
            terminate();
        }
        result_.elapsed_seconds = to_seconds(now() - began_);
        conclude(result_, spec_);
        return std::move(result_);
    }

  private:
    // A server that was replaced between two runs is a different server: its run enters no figure.
    void refuse_other_build() {
        RunResult& last = result_.runs.back();
        const auto file =
            differing_file(result_.runs.front().server_fingerprint, last.server_fingerprint);
        if (file && last.complete) {
            last.complete = false;
            last.error = "the server is not the same build as in run 1: " + *file +
                         " was replaced meanwhile; measure again without rebuilding";
        }
    }

    [[nodiscard]] bool is_single() const { return spec_.exact_runs == std::size_t{1}; }

    // The longest that the next run may be so that the least number of runs fits into the budget.
    [[nodiscard]] Duration longest_run() const {
        if (is_single() || !spec_.budget_holds) {
            return spec_.run.longest_run;
        }
        const std::size_t least = spec_.exact_runs.value_or(spec_.stop.least_runs);
        const std::size_t done = result_.runs.size();
        const std::size_t left = std::max<std::size_t>(1, least - std::min(least, done));
        double beside = to_seconds(spec_.run.warmup + spec_.pause);
        if (done > 0) {
            double measured = 0;
            for (const auto& run : result_.runs) {
                measured += run.measured_seconds;
            }
            beside = (to_seconds(now() - began_) - measured) / static_cast<double>(done);
        }
        const double room =
            to_seconds(spec_.stop.budget - (now() - began_)) / static_cast<double>(left) - beside;
        return std::max(spec_.run.run_time, from_seconds(std::max(0.0, room)));
    }

    // An estimate: the runs still missing, at the rate so far, within the budget.
    [[nodiscard]] std::optional<double> seconds_left() const {
        if (is_single() || result_.runs.empty()) {
            return std::nullopt;
        }
        const std::size_t fewest = spec_.exact_runs.value_or(spec_.stop.least_runs);
        const std::size_t most = spec_.exact_runs.value_or(spec_.stop.most_runs);
        const std::size_t wanted = std::clamp(result_.runs_needed.value_or(fewest), fewest, most);
        const auto done = static_cast<double>(result_.runs.size());
        const double elapsed = to_seconds(now() - began_);
        const double total = result_.elapsed_seconds / done * static_cast<double>(wanted);
        return std::max(0.0, std::min(total, to_seconds(spec_.stop.budget)) - elapsed);
    }

    // Whether another run is due. If not, sets outcome and reason in the result.
    bool decide() {
        const RunResult& last = result_.runs.back();
        if (!last.complete && last.trips.count() == 0 && last.errors.total() == 0 &&
            signals_.take() > 0) {
            result_.outcome = ExitCode::budget_spent;
            result_.stop_reason = "interrupted: " + last.error;
            return false;
        }
        if (!last.complete) {
            result_.outcome = ExitCode::failed;
            result_.stop_reason = "run " + std::to_string(last.number) + " failed: " + last.error;
            return false;
        }
        if (is_single()) {
            judge_single();
            return false;
        }
        std::vector<OverRuns> summaries;
        for (const auto& name : spec_.statistics) {
            const auto values = values_over_runs(result_, *find_statistic(name));
            // A statistic without a value counts as not precise at all.
            summaries.push_back(
                values.empty() ? OverRuns{} : summarize_over_runs(values, spec_.stop.confidence));
        }
        StopDecision decision = after_run(summaries);
        if (spec_.exact_runs) {
            decision.reason = reason_after_exact(summaries, decision.reason);
        }
        result_.runs_needed = decision.runs_needed;
        if (decision.reason == StopReason::go_on) {
            if (signals_.take() > 0) {
                result_.outcome = ExitCode::budget_spent;
                result_.stop_reason = "interrupted";
                return false;
            }
            return true;
        }
        conclude_with(decision.reason);
        return false;
    }

    [[nodiscard]] Endpoint endpoint() const {
        const std::string& found = result_.context.server_host;
        return found.empty() ? spec_.run.endpoint : spec_.run.endpoint.on_host(found);
    }

    StopDecision after_run(std::span<const OverRuns> summaries) {
        const double a_run = result_.elapsed_seconds / static_cast<double>(result_.runs.size());
        return stopper_.after_run(summaries, result_.runs.size(), now() - began_,
                                  from_seconds(a_run));
    }

    // Performs as many runs as were requested, whatever they show; only then is the target
    // considered.
    StopReason reason_after_exact(std::span<const OverRuns> summaries, StopReason rule) const {
        if (result_.runs.size() < *spec_.exact_runs) {
            return spec_.budget_holds && rule == StopReason::time_limit ? rule : StopReason::go_on;
        }
        const bool met =
            std::all_of(summaries.begin(), summaries.end(), [&](const OverRuns& summary) {
                const auto precision = summary.median.precision();
                return precision && *precision <= spec_.stop.precision;
            });
        return met && !summaries.empty() ? StopReason::precision_reached : StopReason::run_limit;
    }

    bool look(std::span<const Histogram> windows) {
        return single_stop_.look(meets_target(windows), flags_within_run(windows).trend) &&
               (single_converged_ = true);
    }

    [[nodiscard]] bool meets_target(std::span<const Histogram> windows) const {
        return std::all_of(
            spec_.statistics.begin(), spec_.statistics.end(), [&](const std::string& name) {
                const auto estimate = estimate_within_run(windows, name, spec_.stop.confidence);
                const auto precision = estimate ? estimate->precision() : std::nullopt;
                return precision && *precision <= spec_.stop.precision;
            });
    }

    void judge_single() {
        if (!single_converged_ && signals_.take() > 0) {
            result_.outcome = ExitCode::budget_spent;
            result_.stop_reason = "interrupted";
            return;
        }
        conclude_with(single_converged_ ? StopReason::precision_reached : StopReason::time_limit);
    }

    // If much of the time went into trips that ended in no run, the other trips are precise and say
    // little.
    void conclude_with(StopReason reason) {
        const bool reached = reason == StopReason::precision_reached;
        const bool stalled = is_stalled(result_);
        result_.outcome =
            reached && !stalled ? ExitCode::precision_reached : ExitCode::budget_spent;
        result_.stop_reason = stop_text(reason, spec_);
        if (reached && stalled) {
            result_.stop_reason = "stalled: " + stall_text(result_) +
                                  "; the figures of all others reached the precision";
            result_.runs_needed.reset();
        }
    }

    // Between runs, so that traces of the last one (closing connections, freed memory) are gone.
    // False: interrupted.
    bool pause() {
        if (!pause_for(spec_.pause, signals_)) {
            result_.outcome = ExitCode::budget_spent;
            result_.stop_reason = "interrupted";
            return false;
        }
        return true;
    }

    void terminate() {
        try {
            send_zero(spec_.run, transports_to(endpoint()).front());
        } catch (const Error& error) {
            result_.verdict_details.push_back(std::string("the server was not terminated: ") +
                                              error.what());
        }
    }

    const MeasurementSpec& spec_;
    Signals& signals_;
    const Observer& observer_;
    RunHooks hooks_;
    RunStopper stopper_;
    WithinRunStop single_stop_;
    bool single_converged_ = false;
    MeasurementResult result_;
    TimePoint began_ = now();
};

}  // namespace

MeasurementResult measure(const MeasurementSpec& spec, const MeasurementContext& context,
                          Signals& signals, const Observer& observer) {
    return Measuring(spec, context, signals, observer).run_all();
}

}  // namespace volley
