// A check of the server contract: a name, the rule that it tests, and how to test it.
//
// A check ends at the first expectation that does not hold: it throws a CheckFailure or, if it
// cannot run here, a CheckSkipped. The runner, one frame above, catches both; nothing else throws
// them.
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
