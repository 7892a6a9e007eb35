// Whether cells can be compared: warnings if they differ in more than they should, and the runs'
// own warnings.
//
// Facts and warnings of single runs come from host/warnings.hh. Here they are collected by cell,
// and those that only a comparison can find are added. The ids of scope "comparability" are
// explained in benchmark/machine.md.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/analysis.hh"

namespace volley {

struct FoundWarning {
    Warning warning;
    std::size_t cells = 0;  // to which it applies
    // "before": known before measuring; "after": from the runs; "comparability": compared cells
    // differ in more than they should.
    std::string scope;
};

// compared: sets of cells that are compared with one another. all: every cell shown. sides: sets of
// cells in which a server's name should stand for one build. methods: how many versions of the
// method made the figures. Returns warnings that make verdicts doubtful first.
[[nodiscard]] std::vector<FoundWarning> find_warnings(
    const std::vector<std::vector<const Cell*>>& compared,
    const std::vector<std::vector<const Cell*>>& sides, std::size_t methods);
[[nodiscard]] std::vector<FoundWarning> warnings_of(const Analysis& analysis);

// Whether it affects the claims of a comparison, rather than only describing the machine. Such
// warnings are printed in full, the others by name.
[[nodiscard]] bool is_about_verdicts(const FoundWarning& found);

// The ids of scope "comparability", each once; benchmark/machine.md explains them.
[[nodiscard]] std::vector<std::string> comparability_ids();

}  // namespace volley
