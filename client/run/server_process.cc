#include "run/server_process.hh"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

#include "base/error.hh"
#include "base/retry.hh"
#include "clock/clock.hh"
#include "host/affinity.hh"
#include "process/command.hh"
#include "run/spec.hh"

namespace volley {

namespace {

constexpr std::size_t kept_output = 4096;
constexpr std::size_t lines_in_messages = 3;
// Children that end because their parent has ended take some milliseconds to do so.
constexpr Duration grace_of_others = std::chrono::milliseconds(200);
constexpr int look_again_ms = 2;
constexpr Duration patience_at_once = std::chrono::seconds(1);
constexpr Duration patience_at_the_end = std::chrono::seconds(2);

// Called in the child.
enum Step : int { place = 1, bind, schedule };

int take_place(const ServerStart& start) {
    try {
        pin_this_thread(start.cpus);
        if (!bind_memory_of_this_thread(start.nodes)) {
            return Step::bind;
        }
    } catch (const std::exception&) {
        return Step::place;
    }
    const sched_param priority{.sched_priority = realtime_priority};
    if (start.realtime && ::sched_setscheduler(0, SCHED_FIFO, &priority) != 0) {
        return Step::schedule;
    }
    return 0;
}

// Processes that end together with the server have this long to do so.
std::vector<ProcessStat> others_after_grace(const StartedProcess& process) {
    const TimePoint last = now() + grace_of_others;
    for (;;) {
        auto others = process.others();
        if (others.empty() || now() >= last) {
            return others;
        }
        ::poll(nullptr, 0, look_again_ms);
    }
}

[[noreturn]] void throw_failure(const ServerStart& start, const StartFailure& failure) {
    switch (failure.step) {
        case Step::place:
            throw_errno("the server cannot be placed on CPUs " + format_cpu_list(start.cpus),
                        failure.error, "see --print-plan, or use --no-placement");
        case Step::bind:
            throw_errno(
                "the memory of the server cannot be bound to the nodes of the plan", failure.error,
                "allow set_mempolicy (in a container: CAP_SYS_NICE), or use --no-placement");
        case Step::schedule:
            throw_errno("--realtime is not allowed for the server", failure.error,
                        "run as root, or raise RLIMIT_RTPRIO");
        default:
            throw_errno("server '" + start.command[0] + "' cannot be executed", failure.error,
                        "check that the file is there, was built and is executable");
    }
}

}  // namespace

ServerProcess::ServerProcess(const ServerStart& start) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw_errno("no pipe for the server", errno, "raise the descriptor limit (ulimit -n)");
    }
    output_ = OwnedFd(ends[0]);
    const OwnedFd written(ends[1]);
    const auto failure = start_command({.command = start.command,
                                        .output = written.get(),
                                        .error = written.get(),
                                        .prepare = [&] { return take_place(start); }},
                                       process_);
    if (failure) {
        throw_failure(start, *failure);
    }
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
}

void ServerProcess::end_at_once() {
    static_cast<void>(process_->end_all(now() + patience_at_once));
}

void ServerProcess::drain_output() {
    std::array<char, 4096> buffer{};
    while (output_) {
        const auto got =
            retry_on_eintr([&] { return ::read(output_.get(), buffer.data(), buffer.size()); });
        if (got == 0) {
            output_.reset();
        }
        if (got <= 0) {
            return;
        }
        tail_.append(buffer.data(), static_cast<std::size_t>(got));
        if (tail_.size() > kept_output) {
            tail_.erase(0, tail_.size() - kept_output);
        }
    }
}

std::string ServerProcess::last_lines() {
    drain_output();
    std::istringstream text(tail_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
        if (!line.empty()) {
            lines.push_back(line);
        }
    }
    std::string joined;
    const std::size_t first = lines.size() - std::min(lines.size(), lines_in_messages);
    for (std::size_t at = first; at < lines.size(); ++at) {
        joined += (joined.empty() ? "" : " | ") + lines[at];
    }
    return joined;
}

std::string ServerProcess::how_it_ended() const {
    const auto status = process_->wait_status();
    if (!status) {
        return "did not end";
    }
    if (WIFSIGNALED(*status)) {
        const int number = WTERMSIG(*status);
        return "was killed by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")";
    }
    return "exited with status " + std::to_string(WEXITSTATUS(*status));
}

std::string ServerProcess::how_it_forked_away() const {
    if (process_->wait_status() != 0) {
        return "";
    }
    const std::string others = names_of(others_after_grace(*process_));
    return others.empty() ? ""
                          : "the server forked away: the process that was started exited with "
                            "status 0 and left " +
                                others +
                                " running; keep it in the foreground (no daemon, no setsid; a "
                                "wrapper must exec), because the process that is started is the "
                                "one that is measured";
}

std::vector<pid_t> ServerProcess::some_processes(std::size_t most) const {
    std::vector<pid_t> numbers;
    for (const ProcessStat& process : family()) {
        numbers.push_back(process.process);
    }
    numbers.resize(std::min(numbers.size(), most));
    return numbers;
}

ServerProcess::Stopped ServerProcess::stop(Duration deadline) {
    Stopped stopped;
    process_->signal(SIGTERM);
    const TimePoint last = now() + deadline;
    while (!has_ended() && now() < last) {
        std::array<pollfd, 2> waits{{{.fd = ended_fd(), .events = POLLIN, .revents = 0},
                                     {.fd = output_.get(), .events = POLLIN, .revents = 0}}};
        static_cast<void>(::poll(waits.data(), waits.size(), milliseconds_until(last)));
        drain_output();
    }
    stopped.killed = !has_ended();
    if (!stopped.killed) {
        stopped.left_behind = names_of(others_after_grace(*process_));
    }
    stopped.unkillable = names_of(process_->end_all(now() + patience_at_the_end));
    stopped.life = process_->life();
    const auto status = process_->wait_status();
    const int number = status && WIFSIGNALED(*status) ? WTERMSIG(*status) : 0;
    stopped.crashed = number != 0 && number != SIGTERM && number != SIGKILL;
    return stopped;
}

}  // namespace volley
