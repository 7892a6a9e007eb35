#include "sweep/extent.hh"

#include <algorithm>

namespace volley {

namespace {

// The time of a future run besides warm-up and measuring: start, connections, end.
constexpr double guessed_overhead_seconds = 0.1;

double planned_seconds(const GridCell& one) {
    return one.plan ? to_seconds(one.plan->spec.run.warmup + one.plan->spec.run.run_time) +
                          guessed_overhead_seconds
                    : 0;
}

}  // namespace

SweepExtent extent_of(const Schedule& schedule, const std::vector<GridCell>& grid, bool is_auto) {
    SweepExtent extent{.is_about = is_auto};
    const double pause = to_seconds(MeasurementSpec{}.pause);
    for (std::size_t cell = 0; cell < grid.size(); ++cell) {
        const std::size_t done = schedule.attempts(cell);
        const std::size_t expected = std::max(done, schedule.expected(cell));
        extent.done += done;
        extent.expected += expected;
        extent.left_seconds +=
            static_cast<double>(expected - done) *
            (schedule.seconds_a_run(cell).value_or(planned_seconds(grid[cell])) + pause);
    }
    return extent;
}

std::string count_text(const SweepExtent& extent) {
    return std::to_string(extent.done) + " of " + (extent.is_about ? "about " : "") +
           std::to_string(extent.expected);
}

}  // namespace volley
