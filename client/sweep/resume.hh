// What an earlier start left in the result file, and whether it was the same sweep.
//
// The run lines alone say what is done; the "sweep" line before them gives the plan. A torn last
// line (from a killed writer) does not count: that run is made again. Nothing is written here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/read_results.hh"
#include "sweep/builds.hh"
#include "sweep/grid.hh"
#include "sweep/schedule.hh"

namespace volley {

struct RecordedSweep {
    std::optional<SweepRecord> first;  // nothing: no such file, or no whole line in it
    std::optional<SweepRecord> last;   // of the most recent start
    std::vector<Attempt> attempts;     // in the order of the file
    std::vector<ReadProblem> problems;
    Builds builds;
};

// The run in the form that the schedule takes. statistics: names that find_statistic() knows.
[[nodiscard]] Attempt attempt_of(const RunResult& run, std::size_t cell, std::uint64_t round,
                                 const std::vector<std::string>& statistics);

// The first difference that keeps the runs of two plans out of one sweep, such as "clients: 1,16
// there, 1,64 here"; nothing if they belong together. The number of runs, and options that only say
// when a cell has enough, may differ.
[[nodiscard]] std::optional<std::string> difference(const SweepPlan& there, const SweepPlan& here);

// Throws Error(usage) if the file belongs to another plan or seed or mixes builds, and
// Error(failed) if it cannot be read. seed: nothing if the user gave none.
[[nodiscard]] RecordedSweep read_recorded(const std::string& path, const SweepPlan& plan,
                                          std::optional<std::uint64_t> seed,
                                          const std::vector<GridCell>& grid);

}  // namespace volley
