// What was the same everywhere and what was not: environment, options and version of all runs, and
// the warnings that follow where cells that are compared differ in them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/analysis.hh"

namespace volley {

struct Fact {
    std::string key;                  // "kernel", "options.run-time"
    std::vector<std::string> values;  // different ones, in the order of the results
};

// Of all measurements of these cells. Options that are not given are "".
[[nodiscard]] std::vector<Fact> facts_of(const std::vector<const Cell*>& cells);

struct FoundWarning {
    Warning warning;
    std::size_t cells = 0;  // that it holds for
    // "before": known before measuring; "after": from the runs; "comparability": cells that are
    // compared differ in more than they should.
    std::string scope;
};

// What makes verdicts doubtful first.
[[nodiscard]] std::vector<FoundWarning> warnings_of(const Analysis& analysis);

// The ids of scope "comparability", each once: benchmark/README.md explains them.
[[nodiscard]] std::vector<std::string> comparability_ids();

}  // namespace volley
