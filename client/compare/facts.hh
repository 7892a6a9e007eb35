// What was the same in all runs and what was not: environment, options and version.
// comparability.hh judges them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compare/cell.hh"

namespace volley {

// Before the name of an option.
inline constexpr std::string_view option_prefix = "options.";

struct Fact {
    std::string key;                  // "kernel", "options.run-time"
    std::vector<std::string> values;  // different ones, in the order of the results
};

// The facts of all measurements of these cells. Options not given are "".
[[nodiscard]] std::vector<Fact> facts_of(const std::vector<const Cell*>& cells);

}  // namespace volley
