// What a sweep records when it starts: its plan, its cells, and which of them cannot be measured.
// One line per start; the runs that follow it in the file belong to its cells.
//
// Plain data, like the runs and measurements of run/result.hh.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/factors.hh"

namespace volley {

// The grid as requested. Lists without repetition, in the order given; servers as the user named
// them.
struct SweepPlan {
    FactorLists lists;
    std::optional<std::size_t> runs;   // per cell; none: "auto"
    std::vector<std::string> options;  // for the client, one word per element
};

// One unit of comparison: one server under one load on a given number of CPUs.
struct SweepCell {
    CellKey key;          // the server by its name in the run lines
    std::string skipped;  // why it cannot be measured; "": it can be
};

struct SweepRecord {
    std::string id;       // the same for every start of one sweep
    std::string started;  // of this start: UTC, ISO 8601
    std::uint64_t seed = 0;
    SweepPlan plan;
    std::vector<SweepCell> cells;
};

}  // namespace volley
