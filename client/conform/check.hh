// A check of the server contract: a name, the rule that it holds the server to, and how to try it.
//
// A check ends at the first expectation that does not hold, by throwing what was found: a
// CheckFailure or, where it cannot be tried here, a CheckSkipped. Both are caught one frame above,
// by the runner; nothing else throws them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace volley {

class Workbench;

struct CheckFailure {
    std::string sent;
    std::string expected;
    std::string came;
};

struct CheckSkipped {
    std::string reason;
};

struct Check {
    std::string name;  // as --only takes it
    std::string rule;  // of the contract, in a few words
    std::function<void(Workbench&)> run;
};

// In the order in which they run. A name is unique.
[[nodiscard]] std::vector<Check> ready_checks();
[[nodiscard]] std::vector<Check> answer_checks();
[[nodiscard]] std::vector<Check> connection_checks();
[[nodiscard]] std::vector<Check> strain_checks();
[[nodiscard]] std::vector<Check> ending_checks();
[[nodiscard]] std::vector<Check> start_checks();
[[nodiscard]] std::vector<Check> size_checks();

}  // namespace volley
