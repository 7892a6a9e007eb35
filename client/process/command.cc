#include "process/command.hh"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/dispositions.hh"
#include "base/error.hh"
#include "base/retry.hh"

namespace volley {

namespace {

[[noreturn]] void give_up(int report, int step) {
    const StartFailure failure{.step = step, .error = errno};
    static_cast<void>(!::write(report, &failure, sizeof failure));
    ::_exit(127);
}

[[noreturn]] void become(const CommandStart& start, char* const* arguments, int report) {
    restore_signals_in_child();
    if (start.prepare) {
        if (const int step = start.prepare(); step != 0) {
            give_up(report, step);
        }
    }
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(start.output, STDOUT_FILENO) >= 0 &&
        ::dup2(start.error, STDERR_FILENO) >= 0) {
        static_cast<void>((start.as_a_shell ? ::execvp : ::execv)(arguments[0], arguments));
    }
    give_up(report, StartFailure::execute);
}

}  // namespace

std::optional<StartFailure> start_command(const CommandStart& start,
                                          std::optional<StartedProcess>& process) {
    std::vector<char*> arguments;
    for (const auto& argument : start.command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw_errno("no pipe for the server", errno, "raise the descriptor limit (ulimit -n)");
    }
    const OwnedFd report(ends[0]);
    OwnedFd report_in_child(ends[1]);
    process.emplace([&] { become(start, arguments.data(), report_in_child.get()); });
    // Closes when the child executes the command.
    report_in_child.reset();
    StartFailure failure;
    if (retry_on_eintr([&] { return ::read(report.get(), &failure, sizeof failure); }) !=
        sizeof failure) {
        return std::nullopt;
    }
    process.reset();
    return failure;
}

}  // namespace volley
