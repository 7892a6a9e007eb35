// Starts a command as a process. Every server is started through this.
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
    // True, as in a shell: a name without a slash is searched for in PATH, and a script needs no #!
    // line. False: the first word is the path of the file that the kernel executes.
    bool as_a_shell = true;
    // Called in the child before exec, for example to pin it; may be null. Returns 0, or the number
    // of the step that failed, with errno.
    std::function<int()> prepare = {};
};

// The child could not execute the command, and has ended.
struct StartFailure {
    static constexpr int execute = -1;
    int step = execute;  // or the number that `prepare` returned
    int error = 0;       // errno
};

// Starts the command as a child with the signals of an ordinary program. Returns once the child
// executes the command; `process` then holds it. Throws Error if no process or pipe can be made.
[[nodiscard]] std::optional<StartFailure> start_command(const CommandStart& start,
                                                        std::optional<StartedProcess>& process);

}  // namespace volley
