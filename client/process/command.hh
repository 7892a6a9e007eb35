// From the words of a command to the process that executes it: what every server that is started
// has in common, whoever starts it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "process/started_process.hh"

namespace volley {

struct CommandStart {
    std::vector<std::string> command;  // not empty
    int output = -1;                   // its stdout; its stdin is empty
    int error = -1;                    // its stderr
    // A name without a slash is searched for in PATH, and a script needs no #! line, as in a shell.
    // False: the first word is the path of what the kernel executes.
    bool as_a_shell = true;
    // Called in the child before that, for example to take its place; null: nothing is to be done.
    // Returns 0, or the number of the step that failed, with errno.
    std::function<int()> prepare = {};
};

// A child that did not become the command; it is gone.
struct StartFailure {
    static constexpr int execute = -1;
    int step = execute;  // or as `prepare` numbers it
    int error = 0;       // errno
};

// Starts it as a child that gets the signals of an ordinary program. Returns when it executes the
// command; `process` then holds it. Throws Error where there is no process or no pipe to be had.
[[nodiscard]] std::optional<StartFailure> start_command(const CommandStart& start,
                                                        std::optional<StartedProcess>& process);

}  // namespace volley
