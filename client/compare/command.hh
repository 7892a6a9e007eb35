// The command line of target/compare, checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/analysis.hh"

namespace volley {

struct CompareCommand {
    enum class Action { compare, help, version };
    Action action = Action::compare;
    std::string results;               // a path, "-" for the standard input
    std::optional<std::string> newer;  // the second file; `results` is then the old one
    AnalysisRequest request;
    std::string csv, json, markdown;       // paths, "-" for the standard output; "": not asked for
    std::string tables;                    // a directory; "": not asked for
    std::optional<double> fail_if_slower;  // a share: 0.05 is 5 %

    // Standard output then holds only that document.
    [[nodiscard]] bool stdout_is_taken() const {
        return csv == "-" || json == "-" || markdown == "-";
    }
};

// Throws Error(usage) with one line that names option, value and what is allowed.
[[nodiscard]] CompareCommand parse_compare_command(const std::vector<std::string>& arguments);

[[nodiscard]] std::string compare_help();

}  // namespace volley
