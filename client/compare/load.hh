// From a result file to cells: every run line is read once and added to its cell.
//
// This decides which lines are ignored, what is kept of a run, and which cells a sweep has skipped.
// Which cells are compared is decided in analysis.hh.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <vector>

#include "compare/cell.hh"

namespace volley {

// Windows and pooled histograms take most of the memory, and only the tables use them.
enum class Detail { figures, tables };

struct Results {
    std::string file;
    std::vector<Cell> cells;            // in the order of the file, skipped ones last
    std::vector<std::string> problems;  // what was ignored, each with file and line
    std::size_t method = 0;             // the newest method version in the file
    std::size_t methods = 0;            // how many different ones
    std::vector<std::string> seeds;     // of the sweeps, each once

    [[nodiscard]] std::size_t runs() const;
    [[nodiscard]] std::size_t complete_runs() const;
};

// path: "-" is the standard input. Throws Error(usage) if it cannot be opened, Error(failed) if it
// cannot be read (report/read_results.hh), has a newer schema or holds no run. confidence: of all
// figures.
[[nodiscard]] Results load_results(const std::string& path, Detail detail, double confidence);
[[nodiscard]] Results load_results(std::istream& input, const std::string& name, Detail detail,
                                   double confidence);

}  // namespace volley
