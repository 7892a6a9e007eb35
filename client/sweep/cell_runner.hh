// The runs of one cell in one start of the sweep: the preparation, done once, and each run.
//
// It records nothing and knows only this cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "run/run.hh"
#include "sweep/grid.hh"

namespace volley {

class CellRunner {
  public:
    // cell: must have a plan and outlive this object.
    explicit CellRunner(GridCell& cell) : cell_(&cell) {}

    // The client measures its own costs before the first run. seed: of this cell in this start.
    // Throws as perform_run() does.
    [[nodiscard]] RunResult perform(std::uint64_t round, std::uint64_t seed, const RunHooks& hooks);

    // Of the last run.
    [[nodiscard]] const MeasurementContext& context() const { return *context_; }

  private:
    void prepare(std::uint64_t seed, const std::string& awake);

    GridCell* cell_;
    std::optional<MeasurementContext> context_;
    std::size_t runs_ = 0;
};

}  // namespace volley
