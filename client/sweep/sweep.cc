#include "sweep/sweep.hh"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/error.hh"
#include "base/program.hh"
#include "base/random.hh"
#include "clock/clock.hh"
#include "plan/machine.hh"
#include "report/json.hh"
#include "report/layout.hh"
#include "report/live.hh"
#include "report/outputs.hh"
#include "report/result_file.hh"
#include "run/watch.hh"
#include "sweep/cell_runner.hh"
#include "sweep/progress.hh"
#include "sweep/resume.hh"

namespace volley {

namespace {

std::string make_directory(const std::string& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        throw Error(ExitCode::usage,
                    "--out " + directory + " cannot be created: " + error.message(),
                    "choose a directory that you may write to");
    }
    return directory + "/results.jsonl";
}

// Identity and seed come from the first start.
SweepRecord begin_record(const SweepCommand& command, const RecordedSweep& recorded,
                         std::uint64_t drawn) {
    SweepRecord record{.started = wall_clock_text(), .plan = command.plan};
    if (recorded.first) {
        record.id = recorded.first->id;
        record.seed = recorded.first->seed;
    } else {
        record.seed = command.seed.value_or(drawn);
        record.id = measurement_id(record.started, record.seed);
    }
    return record;
}

class Sweep {
  public:
    Sweep(const SweepCommand& command, std::vector<GridCell> grid, const std::string& directory,
          std::uint64_t drawn, Signals& signals)
        : grid_(std::move(grid)),
          runners_(grid_.begin(), grid_.end()),
          signals_(signals),
          is_auto_(!command.plan.runs),
          path_(make_directory(directory)),
          recorded_(read_recorded(path_, command.plan, command.seed, grid_)),
          record_(begin_record(command, recorded_, drawn)),
          schedule_(schedule_of(command.plan, grid_, record_.seed)) {
        for (const Attempt& attempt : recorded_.attempts) {
            static_cast<void>(schedule_.add(attempt));
        }
    }

    int run() {
        check_builds();
        announce();
        prepare_machine();
        file_ = ResultFile::open(path_);
        const auto first = schedule_.next();
        if (first || !recorded_.first) {
            note_start();
        }
        bool interrupted = false;
        for (auto step = first; step && !interrupted; step = schedule_.next()) {
            // Between runs, when the last one has left no traces.
            interrupted = !measure(*step) || !pause_for(MeasurementSpec{}.pause, signals_);
        }
        live_.erase();
        return finish(interrupted && schedule_.next().has_value());
    }

  private:
    void say(const std::string& text) {
        live_.erase();
        std::fputs(printable_lines(text).c_str(), stderr);
    }

    void check_builds() const {
        recorded_.builds.check_client(own_build());
        for (const GridCell& one : grid_) {
            recorded_.builds.check_server(one, ExitCode::usage);
        }
    }

    void announce() {
        for (const auto& problem : recorded_.problems) {
            say(own_name() + ": " + problem.message + "\n");
        }
        say(skipped_text(grid_));
        if (!recorded_.attempts.empty()) {
            say("resuming: " + std::to_string(recorded_.attempts.size()) + " runs are in " + path_ +
                " already\n");
        }
        note_late_cells();
        for (std::size_t cell = 0; cell < grid_.size(); ++cell) {
            if (schedule_.state(cell) == CellState::given_up) {
                say("given up earlier: " + cell_text(grid_[cell].cell) +
                    ": its last runs failed; to try it again, choose another --out\n");
            }
        }
    }

    // Cells that could not be measured with the others are paired with runs from another time.
    void note_late_cells() {
        if (!recorded_.last || recorded_.last->cells.size() != grid_.size()) {
            return;
        }
        for (std::size_t cell = 0; cell < grid_.size(); ++cell) {
            if (!recorded_.last->cells[cell].skipped.empty() && grid_[cell].plan) {
                say("late: " + cell_text(grid_[cell].cell) +
                    " was skipped before; its rounds are measured now, later than those of the "
                    "other cells\n");
            }
        }
    }

    void prepare_machine() const {
        std::uint64_t descriptors = 0;
        bool realtime = false;
        for (const GridCell& one : grid_) {
            descriptors = std::max(descriptors, one.plan ? one.plan->descriptors_needed : 0);
            realtime = realtime || (one.plan && one.options.realtime);
        }
        raise_descriptor_limit(descriptors);
        if (realtime) {
            check_realtime_allowed();
        }
    }

    void note_start() {
        record_.cells.clear();
        for (const GridCell& one : grid_) {
            record_.cells.push_back(one.cell);
        }
        file_->write(json_sweep_line(record_));
        file_->keep();
    }

    // The seed of a cell's challenges, if this is its first run in this start. Never 0, which would
    // mean that one is drawn.
    [[nodiscard]] std::uint64_t seed_of(const Step& step) const {
        SplitMix64 spread(record_.seed);
        return (SplitMix64(spread() + step.cell)() + step.round) | 1U;
    }

    // False if it was interrupted before its end: then nothing is recorded.
    bool measure(const Step& step) {
        GridCell& one = grid_[step.cell];
        recorded_.builds.check_server(one, ExitCode::failed);
        show(one.cell);
        RunHooks hooks{.signals = &signals_};
        if (live_.is_terminal()) {
            hooks.tick = [&] { show(one.cell); };
        }
        try {
            CellRunner& runner = runners_[step.cell];
            const RunResult result = runner.perform(step.round, seed_of(step), hooks);
            if (!result.complete && signals_.count() > 0) {
                return false;
            }
            record(step, runner.context(), result);
        } catch (const Error& error) {
            if (error.code() == ExitCode::budget_spent) {
                return false;  // interrupted while the run was being set up
            }
            if (error.code() != ExitCode::skipped) {
                throw;
            }
            skip(step.cell, error.what());
        }
        return true;
    }

    void record(const Step& step, const MeasurementContext& context, const RunResult& result) {
        const GridCell& one = grid_[step.cell];
        // A server that was replaced after the check has made a run with another build.
        recorded_.builds.add(context, result, ExitCode::failed);
        file_->write(json_run_line(context, result));
        file_->keep();
        static_cast<void>(
            schedule_.add(attempt_of(result, step.cell, step.round, one.options.statistics)));
        last_ = short_run_text(one.cell, result, one.options.statistics.front());
        if (!live_.is_terminal() || !result.complete) {
            const SweepExtent extent = now_extent();
            say(count_text(extent) + "  " +
                run_text(one.cell, step.round, result, one.options.statistics) + "  (" +
                times_text(extent) + ")\n");
        }
        if (schedule_.state(step.cell) == CellState::given_up) {
            say("given up: " + cell_text(one.cell) + ": " +
                std::to_string(Schedule::most_failures) + " failures in a row\n");
        }
    }

    // The server itself says that it lacks something here; that applies to all of its cells.
    void skip(std::size_t cell, const std::string& reason) {
        for (std::size_t other = 0; other < grid_.size(); ++other) {
            GridCell& one = grid_[other];
            if (one.plan && one.cell.key.server() == grid_[cell].cell.key.server()) {
                one.cell.skipped = reason;
                schedule_.skip(other);
                say("skipped: " + cell_text(one.cell) + ": " + printable(reason) + "\n");
            }
        }
        note_start();
    }

    [[nodiscard]] SweepExtent now_extent() const { return extent_of(schedule_, grid_, is_auto_); }

    [[nodiscard]] std::string times_text(const SweepExtent& extent) const {
        return whole_time(to_seconds(now() - began_)) + " elapsed, about " +
               whole_time(extent.left_seconds) + " left";
    }

    void show(const SweepCell& cell) {
        if (live_.is_terminal()) {
            const SweepExtent extent = now_extent();
            live_.show(count_text(extent) + "  " + whole_time(to_seconds(now() - began_)) +
                       ", about " + whole_time(extent.left_seconds) + " left  " + cell_text(cell) +
                       (last_.empty() ? "" : "  last: " + last_));
        }
    }

    int finish(bool interrupted) {
        say(summary_text(grid_, schedule_, path_));
        if (interrupted) {
            say(own_name() + ": interrupted; repeat the command to resume\n");
            return static_cast<int>(ExitCode::budget_spent);
        }
        bool any_complete = false;
        bool all_skipped = true;
        for (std::size_t cell = 0; cell < grid_.size(); ++cell) {
            any_complete = any_complete || schedule_.attempts(cell) > schedule_.failures(cell);
            all_skipped = all_skipped && schedule_.state(cell) == CellState::skipped;
        }
        return any_complete  ? 0
               : all_skipped ? static_cast<int>(ExitCode::skipped)
                             : static_cast<int>(ExitCode::failed);
    }

    std::vector<GridCell> grid_;
    std::vector<CellRunner> runners_;  // one a cell
    Signals& signals_;
    bool is_auto_;
    std::string path_;
    RecordedSweep recorded_;
    SweepRecord record_;
    Schedule schedule_;
    std::optional<ResultFile> file_;
    LiveLine live_;
    std::string last_;  // what was last measured
    TimePoint began_ = now();
};

}  // namespace

int sweep(const SweepCommand& command, std::vector<GridCell> grid, const std::string& directory,
          std::uint64_t drawn, Signals& signals) {
    return Sweep(command, std::move(grid), directory, drawn, signals).run();
}

std::string dry_run_text(const SweepCommand& command, const std::vector<GridCell>& grid,
                         std::uint64_t drawn) {
    const Schedule schedule = schedule_of(command.plan, grid, command.seed.value_or(drawn));
    return plan_text(grid, schedule, extent_of(schedule, grid, !command.plan.runs));
}

}  // namespace volley
