#include "run/server_process.hh"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/dispositions.hh"
#include "base/error.hh"
#include "base/retry.hh"
#include "clock/clock.hh"
#include "host/affinity.hh"
#include "run/spec.hh"

namespace volley {

namespace {

constexpr std::size_t kept_output = 4096;
constexpr std::size_t lines_in_messages = 3;

struct Pipe {
    OwnedFd read;
    OwnedFd write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw_errno("no pipe for the server", errno, "raise the descriptor limit (ulimit -n)");
    }
    return {.read = OwnedFd(ends[0]), .write = OwnedFd(ends[1])};
}

// What the child tells through the pipe when it cannot become the server.
struct ChildFailure {
    enum class Step : int { place, bind, schedule, execute } step;
    int error;
};

std::string read_proc(pid_t process, const std::string& name) {
    std::ifstream file("/proc/" + std::to_string(process) + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The process and its descendants, as far as main threads started them.
std::vector<pid_t> family_of(pid_t process) {
    std::vector<pid_t> family{process};
    for (std::size_t at = 0; at < family.size(); ++at) {
        std::istringstream children(
            read_proc(family[at], "task/" + std::to_string(family[at]) + "/children"));
        for (pid_t child = 0; children >> child;) {
            family.push_back(child);
        }
    }
    return family;
}

// Peak resident memory since exec: rusage would count what the forked client had before.
std::uint64_t peak_memory_of(pid_t process) {
    std::istringstream status(read_proc(process, "status"));
    for (std::string line; std::getline(status, line);) {
        constexpr std::string_view key = "VmHWM:";
        if (line.starts_with(key)) {
            return std::strtoull(line.c_str() + key.size(), nullptr, 10) * 1024;
        }
    }
    return 0;
}

void add_cost_of(pid_t process, Cost& cost) {
    const std::string text = read_proc(process, "stat");
    const auto after_name = text.rfind(')');
    if (after_name == std::string::npos) {
        return;
    }
    // After the name come fields 3 and on; utime is field 14, stime field 15 (proc(5)).
    std::istringstream fields(text.substr(after_name + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
        fields >> skipped;
    }
    double user = 0;
    double system = 0;
    fields >> user >> system;
    const double total = to_seconds(process_cpu_time(process));
    const double user_share = user + system > 0 ? user / (user + system) : 0;
    cost.user_seconds += total * user_share;
    cost.system_seconds += total * (1 - user_share);
    cost.peak_memory_bytes += peak_memory_of(process);
}

[[noreturn]] void give_up(int report, ChildFailure::Step step, int error) {
    const ChildFailure failure{.step = step, .error = error};
    static_cast<void>(!::write(report, &failure, sizeof failure));
    ::_exit(127);
}

[[noreturn]] void become_server(const ServerStart& start, char* const* arguments, int output,
                                int report, pid_t parent) {
    // SIGKILL, because a server that ignores SIGTERM must not outlive us either. It is sent when
    // the thread that forked ends: main.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(127);  // the parent died before the signal was asked for
    }
    ::setpgid(0, 0);
    restore_signals_in_child();
    try {
        pin_this_thread(start.cpus);
        if (!bind_memory_of_this_thread(start.nodes)) {
            give_up(report, ChildFailure::Step::bind, errno);
        }
    } catch (const std::exception&) {
        give_up(report, ChildFailure::Step::place, errno);
    }
    if (start.realtime) {
        const sched_param priority{.sched_priority = realtime_priority};
        if (::sched_setscheduler(0, SCHED_FIFO, &priority) != 0) {
            give_up(report, ChildFailure::Step::schedule, errno);
        }
    }
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::close(nothing);
    ::execvp(arguments[0], arguments);
    give_up(report, ChildFailure::Step::execute, errno);
}

void throw_child_failure(const ServerStart& start, const ChildFailure& failure) {
    switch (failure.step) {
        case ChildFailure::Step::place:
            throw_errno("the server cannot be placed on CPUs " + format_cpu_list(start.cpus),
                        failure.error, "see --print-plan, or use --no-placement");
        case ChildFailure::Step::bind:
            throw_errno(
                "the memory of the server cannot be bound to the nodes of the plan", failure.error,
                "allow set_mempolicy (in a container: CAP_SYS_NICE), or use --no-placement");
        case ChildFailure::Step::schedule:
            throw_errno("--realtime is not allowed for the server", failure.error,
                        "run as root, or raise RLIMIT_RTPRIO");
        case ChildFailure::Step::execute:
            throw_errno("server '" + start.command[0] + "' cannot be executed", failure.error,
                        "check that the file is there, was built and is executable");
    }
}

}  // namespace

ServerProcess::ServerProcess(const ServerStart& start) {
    std::vector<char*> arguments;
    for (const auto& argument : start.command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    Pipe output = make_pipe();
    Pipe report = make_pipe();
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) {
        throw_errno("the server cannot be started", errno, "raise the process limit (ulimit -u)");
    }
    if (pid_ == 0) {
        become_server(start, arguments.data(), output.write.get(), report.write.get(), parent);
    }
    ::setpgid(pid_, pid_);  // in the child too: whoever comes first
    report.write.reset();
    output_ = std::move(output.read);
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    ended_ = OwnedFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    ChildFailure failure{};
    const auto got =
        retry_on_eintr([&] { return ::read(report.read.get(), &failure, sizeof failure); });
    if (got == sizeof failure) {
        reap();
        throw_child_failure(start, failure);
    }
    if (!ended_) {
        const int error = errno;
        kill_now();
        reap();
        throw_errno("the server cannot be watched (pidfd_open)", error,
                    "Linux 5.3 or newer is needed");
    }
}

ServerProcess::~ServerProcess() {
    if (!status_) {
        kill_now();
        reap();
    }
}

void ServerProcess::end_at_once() {
    constexpr int patience_ms = 1000;
    kill_now();
    pollfd ended{.fd = ended_.get(), .events = POLLIN, .revents = 0};
    if (!status_ && ::poll(&ended, 1, patience_ms) > 0) {
        reap();
    }
}

void ServerProcess::kill_now() const {
    ::kill(-pid_, SIGKILL);
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

bool ServerProcess::has_ended() const {
    pollfd ended{.fd = ended_.get(), .events = POLLIN, .revents = 0};
    return status_ || retry_on_eintr([&] { return ::poll(&ended, 1, 0); }) > 0;
}

std::string ServerProcess::how_it_ended() {
    reap();
    if (WIFSIGNALED(*status_)) {
        const int number = WTERMSIG(*status_);
        return "was killed by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")";
    }
    return "exited with status " + std::to_string(WEXITSTATUS(*status_));
}

std::vector<pid_t> ServerProcess::processes() const {
    return family_of(pid_);
}

Cost ServerProcess::cost_so_far() const {
    Cost cost;
    for (const pid_t process : processes()) {
        add_cost_of(process, cost);
    }
    return cost;
}

ServerProcess::Stopped ServerProcess::stop(Duration deadline) {
    Stopped stopped;
    ::kill(pid_, SIGTERM);
    const TimePoint last = now() + deadline;
    while (!has_ended() && now() < last) {
        std::array<pollfd, 2> waits{{{.fd = ended_.get(), .events = POLLIN, .revents = 0},
                                     {.fd = output_.get(), .events = POLLIN, .revents = 0}}};
        static_cast<void>(::poll(waits.data(), waits.size(), milliseconds_until(last)));
        drain_output();
    }
    stopped.killed = !has_ended();
    kill_now();  // and what it may have left in its group
    reap();
    stopped.cost = life_;
    const int number = WIFSIGNALED(*status_) ? WTERMSIG(*status_) : 0;
    stopped.crashed = number != 0 && number != SIGTERM && number != SIGKILL;
    return stopped;
}

void ServerProcess::reap() {
    if (status_) {
        return;
    }
    int status = 0;
    rusage usage{};
    static_cast<void>(retry_on_eintr([&] { return ::wait4(pid_, &status, 0, &usage); }));
    status_ = status;
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    life_ = {.user_seconds = seconds(usage.ru_utime),
             .system_seconds = seconds(usage.ru_stime),
             .voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw),
             .involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw)};
}

}  // namespace volley
