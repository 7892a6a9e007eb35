// What an earlier start of the same sweep has left in its result file, and whether it was the same.
//
// The run lines alone say what is done; the "sweep" line before them says of which plan. A torn
// last line (a killed writer) is no run: it is made again. It writes nothing.
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
    std::optional<SweepRecord> first;  // nothing: there is no such file, or no whole line in it
    std::optional<SweepRecord> last;   // of the most recent start
    std::vector<Attempt> attempts;     // in the order of the file
    std::vector<ReadProblem> problems;
    Builds builds;
};

// What the run says to the schedule. statistics: names that find_statistic() knows.
[[nodiscard]] Attempt attempt_of(const RunResult& run, std::size_t cell, std::uint64_t round,
                                 const std::vector<std::string>& statistics);

// The first difference that makes the runs of two plans no runs of one sweep, such as "clients:
// 1,16 there, 1,64 here"; nothing where they belong together. How many runs there are to be, and
// options that say only when a cell has enough, may differ.
[[nodiscard]] std::optional<std::string> difference(const SweepPlan& there, const SweepPlan& here);

// Throws Error(usage) where the file belongs to another plan or seed or mixes builds, and
// Error(failed) where it cannot be read. seed: nothing where the user leaves it open.
[[nodiscard]] RecordedSweep read_recorded(const std::string& path, const SweepPlan& plan,
                                          std::optional<std::uint64_t> seed,
                                          const std::vector<GridCell>& grid);

}  // namespace volley
