// Which cells of the results are looked at (--where), and how they are called.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "compare/cell.hh"
#include "compare/load.hh"

namespace volley {

// Leaves the cells that match, and labels them. Values of one factor are alternatives; each factor
// that is named must match. Throws Error(usage) where a value matches nothing, naming what there
// is.
void select_cells(Results& results,
                  const std::vector<std::pair<const Factor*, std::string>>& where);

// From the parts of the keys that are not the same in all of these cells; of one alone the server.
void label_cells(const std::vector<Cell*>& cells);

// How many different values of the factor there are; and "1, 16, 64".
[[nodiscard]] std::size_t count_values(std::vector<Cell>& cells, const Factor& factor);
[[nodiscard]] std::string values_listed(std::vector<Cell>& cells, const Factor& factor);

}  // namespace volley
