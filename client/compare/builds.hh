// Which builds of the servers were measured: whether one name stands for several builds, and
// whether the server changed between two files.
#pragma once

#include <string>
#include <vector>

#include "compare/cell.hh"
#include "compare/change.hh"

namespace volley {

// Keeps each build once. An unknown build is left out.
void add_build(std::vector<Fingerprint>& builds, const Fingerprint& fingerprint);

// For each server with more than one build among these cells: the warning, and its cells.
[[nodiscard]] std::vector<FoundWarning> mixed_builds(const std::vector<const Cell*>& cells);

enum class BuildChange { unknown, same, other };
[[nodiscard]] BuildChange build_change(const ChangedCell& cell);

// What to say of all cells of a change: which servers were rebuilt between the files, as intended,
// and which were not, so that only the machine has changed.
[[nodiscard]] std::vector<std::string> build_notes(const Change& change);

}  // namespace volley
