// Which cells of the results are used (--where), and their labels.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "compare/cell.hh"
#include "compare/load.hh"

namespace volley {

// Keeps the cells that match, and labels them. Values of one factor are alternatives; every factor
// named must match. Throws Error(usage) if a value matches nothing, naming what exists.
void select_cells(Results& results,
                  const std::vector<std::pair<const Factor*, std::string>>& where);

// Made from the parts of the keys that differ among these cells; for a single cell the server.
void label_cells(const std::vector<Cell*>& cells);

// How many different values the factor has; and their list, "1, 16, 64".
[[nodiscard]] std::size_t count_values(std::vector<Cell>& cells, const Factor& factor);
[[nodiscard]] std::string values_listed(std::vector<Cell>& cells, const Factor& factor);

}  // namespace volley
