#include "process/started_process.hh"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/error.hh"
#include "base/retry.hh"
#include "process/watcher.hh"

namespace volley {
namespace {

constexpr Duration patience_at_the_end = std::chrono::seconds(2);
constexpr int look_again_ms = 1;

// Blocks all signals, from the start of a child until it has been noted.
class BlockedSignals {
  public:
    BlockedSignals() {
        sigset_t all{};
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &former_);
    }
    ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &former_, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;

  private:
    sigset_t former_{};
};

[[noreturn]] void begin_child(const std::function<void()>& become, pid_t parent) {
    constexpr int never_began = 127;
    // SIGKILL, because a server that ignores SIGTERM must not outlive us either. The kernel sends
    // it when the thread that forked ends: main.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(never_began);  // the parent died before the signal was set
    }
    ::setpgid(0, 0);
    become();
    ::_exit(never_began);
}

}  // namespace

StartedProcess::StartedProcess(const std::function<void()>& become) {
    const pid_t parent = ::getpid();
    {
        const BlockedSignals blocked;
        pid_ = ::fork();
        if (pid_ == 0) {
            begin_child(become, parent);
        }
        if (pid_ > 0) {
            ::setpgid(pid_, pid_);  // in the child too, because either may run first
            own_.emplace(pid_);
            Watcher::note_start(pid_);
        }
    }
    if (pid_ < 0) {
        throw_errno("the server cannot be started", errno, "raise the process limit (ulimit -u)");
    }
    ended_ = OwnedFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!ended_) {
        const int error = errno;
        kill_group();
        bury_child();
        throw_errno("the server cannot be watched (pidfd_open)", error,
                    "Linux 5.3 or newer is needed");
    }
}

StartedProcess::~StartedProcess() {
    static_cast<void>(end_all(now() + patience_at_the_end));
}

bool StartedProcess::has_ended_by(TimePoint deadline) const {
    for (;;) {
        pollfd ended{.fd = ended_.get(), .events = POLLIN, .revents = 0};
        if (::poll(&ended, 1, milliseconds_until(deadline)) > 0) {
            return true;
        }
        if (now() >= deadline) {
            return false;
        }
    }
}

bool StartedProcess::has_ended() const {
    return has_ended_by(now());
}

std::optional<int> StartedProcess::wait_status() const {
    if (status_) {
        return status_;
    }
    siginfo_t end{};
    // Only looks: a process that has been waited for loses its number.
    const int looked = retry_on_eintr([&] {
        return ::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT);
    });
    if (looked != 0 || end.si_pid != pid_) {
        return std::nullopt;
    }
    constexpr int status_shift = 8;
    constexpr int dumped_core = 0x80;
    return end.si_code == CLD_EXITED
               ? end.si_status << status_shift
               : end.si_status | (end.si_code == CLD_DUMPED ? dumped_core : 0);
}

std::vector<ProcessStat> StartedProcess::family() const {
    return status_ ? std::vector<ProcessStat>{} : family_of(pid_);
}

std::vector<ProcessStat> StartedProcess::others() const {
    std::vector<ProcessStat> running = family();
    std::erase_if(running,
                  [&](const ProcessStat& one) { return one.process == pid_ || one.is_dead(); });
    return running;
}

void StartedProcess::kill_group() const {
    ::kill(-pid_, SIGKILL);  // not yet waited for, so the number is still that of our group
}

std::vector<ProcessStat> StartedProcess::end_all(TimePoint deadline) {
    if (status_) {
        return {};
    }
    std::vector<ProcessStat> left;
    for (;;) {
        kill_group();
        const std::vector<ProcessStat> all = family();
        bury_orphans(all);
        left = all;
        std::erase_if(left, [](const ProcessStat& one) { return one.is_dead(); });
        if (left.empty() || now() >= deadline) {
            break;
        }
        for (const ProcessStat& one : left) {
            send_signal(hold(one), SIGKILL);
        }
        ::poll(nullptr, 0, look_again_ms);
    }
    if (has_ended_by(deadline)) {
        bury_child();
    }
    return left;
}

// All that hold its number drop it before the number is free.
void StartedProcess::bury_child() {
    Watcher::note_end(pid_);
    own_.reset();
    bury(pid_);
}

void StartedProcess::bury_orphans(const std::vector<ProcessStat>& family) {
    for (const ProcessStat& one : family) {
        if (one.is_dead() && one.parent == ::getpid() && one.process != pid_) {
            bury(one.process);
        }
    }
}

void StartedProcess::bury(pid_t process) {
    int status = 0;
    rusage usage{};
    if (retry_on_eintr([&] { return ::wait4(process, &status, 0, &usage); }) != process) {
        return;
    }
    life_.voluntary_switches += static_cast<std::uint64_t>(usage.ru_nvcsw);
    life_.involuntary_switches += static_cast<std::uint64_t>(usage.ru_nivcsw);
    if (process == pid_) {
        status_ = status;
    }
}

std::string names_of(const std::vector<ProcessStat>& processes) {
    constexpr std::size_t most_named = 3;
    std::string text;
    for (std::size_t at = 0; at < std::min(processes.size(), most_named); ++at) {
        text += (at == 0 ? "" : ", ") + processes[at].name + " (" +
                std::to_string(processes[at].process) + ")";
    }
    return processes.size() <= most_named
               ? text
               : text + " and " + std::to_string(processes.size() - most_named) + " more";
}

}  // namespace volley
