// What a sweep writes down when it starts: its plan, its cells, and which of them cannot be
// measured. One line a start; the runs that follow it in the file are those of its cells.
//
// Plain data, beside the runs and measurements of run/result.hh.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/factors.hh"

namespace volley {

// The grid as it was asked for. Lists without repetition, in the order in which they were given;
// servers as the user named them.
struct SweepPlan {
    FactorLists lists;
    std::optional<std::size_t> runs;   // of each cell; nothing: "auto"
    std::vector<std::string> options;  // for the client, each word one element
};

// What is compared: one server under one load on so many CPUs.
struct SweepCell {
    CellKey key;          // the server by its name in the run lines
    std::string skipped;  // why it cannot be measured; "": it can
};

struct SweepRecord {
    std::string id;       // the same for every start of one sweep
    std::string started;  // of this start: UTC, ISO 8601
    std::uint64_t seed = 0;
    SweepPlan plan;
    std::vector<SweepCell> cells;
};

}  // namespace volley
