// The unit of comparison: a cell is one server under one load on a number of CPUs
// (report/factors.hh), with all its runs in the results, from any measurement.
//
// Only the data that the outputs need is kept of a run, because its histogram is a hundred times as
// large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/warnings.hh"
#include "report/factors.hh"
#include "run/result.hh"

namespace volley {

struct MeasuredRun {
    std::size_t context = 0;  // in Cell::contexts
    std::string experiment;   // the sweep; "": none. Rounds belong to one experiment
    std::uint64_t round = 0;  // 0: in no round
    std::size_t number = 0;   // within its measurement
    std::size_t order = 0;    // 1-based by start, over the whole file
    std::string started;      // UTC, ISO 8601
    bool complete = false;    // false: enters no figure
    std::string error;        // why not complete
    double measured_seconds = 0;
    double warmup_seconds = 0;
    RunFigures figures;                // empty if not complete
    std::vector<WindowPoint> windows;  // empty if not requested
};

struct Cell {
    CellKey key;
    std::string label;    // short, and unique in the results
    std::string skipped;  // why a sweep could not measure it; then it has no runs
    std::vector<MeasurementContext> contexts;         // one a measurement; none where skipped
    std::vector<MeasuredRun> runs;                    // by start
    std::vector<std::optional<std::string>> offload;  // the verdict of each run (run/offload)
    std::vector<Fingerprint> builds;  // of the server, each once; none where they are not known
    RunFacts facts;                   // for warnings, from all runs
    std::optional<Histogram> pooled;  // of the complete runs; nothing if not requested
    std::vector<Figure> figures;      // over the complete runs, in table order

    [[nodiscard]] std::size_t complete_runs() const;
    [[nodiscard]] const Figure* figure(const Field& field) const;
    // The figure's value; nothing if no run is complete.
    [[nodiscard]] std::optional<double> value(const Field& field) const;
    // The error of the failed run that started last; "" if none failed.
    [[nodiscard]] std::string failure() const;
};

// cells: a vector of them, const or not.
template <typename Cells>
[[nodiscard]] auto pointers_to(Cells& cells) {
    std::vector<decltype(cells.data())> all;
    for (auto& cell : cells) {
        all.push_back(&cell);
    }
    return all;
}

}  // namespace volley
