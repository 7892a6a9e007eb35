// Whether what is compared can be: warnings where cells differ in more than they should, and those
// that the runs brought with them.
//
// Facts and warnings of single runs are the library's (host/warnings.hh); here they are collected
// by cell, and joined by what only a comparison can see. The ids of scope "comparability" are
// explained in benchmark/machine.md.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/analysis.hh"

namespace volley {

struct FoundWarning {
    Warning warning;
    std::size_t cells = 0;  // that it holds for
    // "before": known before measuring; "after": from the runs; "comparability": cells that are
    // compared differ in more than they should.
    std::string scope;
};

// compared: sets of cells that are compared with one another. all: every cell that is shown.
// sides: sets of cells in which the name of a server should stand for one build of it. methods: how
// many versions of the method made the figures. What makes verdicts doubtful first.
[[nodiscard]] std::vector<FoundWarning> find_warnings(
    const std::vector<std::vector<const Cell*>>& compared,
    const std::vector<std::vector<const Cell*>>& sides, std::size_t methods);
[[nodiscard]] std::vector<FoundWarning> warnings_of(const Analysis& analysis);

// Whether it touches what a comparison claims, and is not only a trait of the machine: then it is
// said in full, and the others by name.
[[nodiscard]] bool is_about_verdicts(const FoundWarning& found);

// The ids of scope "comparability", each once: benchmark/machine.md explains them.
[[nodiscard]] std::vector<std::string> comparability_ids();

}  // namespace volley
