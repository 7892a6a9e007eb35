#include "compare/selection.hh"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hh"
#include "base/joined.hh"

namespace volley {

namespace {

// In the order of their values, each once; numbers by size.
std::vector<std::string> values_of(const std::vector<Cell*>& cells, const Factor& factor) {
    std::vector<std::string> values;
    for (const Cell* cell : cells) {
        values.push_back(value_of(cell->key, factor));
    }
    std::sort(values.begin(), values.end(), [&](const std::string& a, const std::string& b) {
        return factor.is_text || a.size() == b.size() ? a < b : a.size() < b.size();
    });
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

std::vector<std::string> values_of(std::vector<Cell>& cells, const Factor& factor) {
    return values_of(pointers_to(cells), factor);
}

}  // namespace

void select_cells(Results& results,
                  const std::vector<std::pair<const Factor*, std::string>>& where) {
    std::map<const Factor*, std::set<std::string>> wanted;
    for (const auto& [factor, value] : where) {
        const auto there = values_of(results.cells, *factor);
        if (std::find(there.begin(), there.end(), value) == there.end()) {
            throw Error(ExitCode::usage,
                        "--where " + factor->name + "=" + value + " matches nothing",
                        results.file + " has " + factor->name + " " + joined(there, ", "));
        }
        wanted[factor].insert(value);
    }
    std::erase_if(results.cells, [&](const Cell& cell) {
        return std::any_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
            return entry.second.count(value_of(cell.key, *entry.first)) == 0;
        });
    });
    if (results.cells.empty()) {
        throw Error(ExitCode::usage, "no cell of " + results.file + " matches all of --where",
                    "leave a part of it out");
    }
    label_cells(pointers_to(results.cells));
}

void label_cells(const std::vector<Cell*>& cells) {
    std::vector<const Factor*> differing;
    for (const Factor& factor : factors()) {
        if (values_of(cells, factor).size() > 1) {
            differing.push_back(&factor);
        }
    }
    for (Cell* cell : cells) {
        cell->label = differing.empty() ? cell->key.server() : "";
        for (const Factor* factor : differing) {
            cell->label += (cell->label.empty() ? "" : ", ") + words_of(cell->key, *factor);
        }
    }
}

std::size_t count_values(std::vector<Cell>& cells, const Factor& factor) {
    return values_of(cells, factor).size();
}

std::string values_listed(std::vector<Cell>& cells, const Factor& factor) {
    return joined(values_of(cells, factor), ", ");
}

}  // namespace volley
