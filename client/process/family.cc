#include "process/family.hh"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <unordered_set>
#include <utility>

#include "base/error.hh"

namespace volley {
namespace {

// Lock-free, so that a signal handler may read it. Only the main thread starts children, and
// handlers run in it, so relaxed is enough.
std::array<std::atomic<pid_t>, most_own_children> own_children{};

bool is_own_child(pid_t process) {
    return std::any_of(own_children.begin(), own_children.end(), [&](const auto& child) {
        return child.load(std::memory_order_relaxed) == process;
    });
}

bool is_first_child(pid_t process) {
    const auto first = std::find_if(own_children.begin(), own_children.end(), [](const auto& one) {
        return one.load(std::memory_order_relaxed) != 0;
    });
    return first != own_children.end() && first->load(std::memory_order_relaxed) == process;
}

bool is_orphan_of(pid_t started, const ProcessStat& orphan) {
    if (orphan.group == started || orphan.session == started) {
        return true;
    }
    return !is_own_child(orphan.group) && !is_own_child(orphan.session) && is_first_child(started);
}

}  // namespace

void adopt_orphans() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::signal(SIGCHLD, SIG_DFL);
}

OwnChild::OwnChild(pid_t process) : slot_(0) {
    while (slot_ < own_children.size() &&
           own_children[slot_].load(std::memory_order_relaxed) != 0) {
        ++slot_;
    }
    ensure(slot_ < own_children.size(), "no more children at once than there are slots");
    own_children[slot_].store(process, std::memory_order_relaxed);
}

OwnChild::~OwnChild() {
    own_children[slot_].store(0, std::memory_order_relaxed);
}

pid_t own_child(std::size_t slot) {
    return own_children[slot].load(std::memory_order_relaxed);
}

std::vector<ProcessStat> family_of(pid_t started) {
    std::vector<ProcessStat> family;
    std::unordered_set<pid_t> known;
    const auto add = [&](const std::optional<ProcessStat>& process) {
        if (process && known.insert(process->process).second) {
            family.push_back(*process);
        }
    };
    add(stat_of(started));
    for (const pid_t child : children_of(::getpid())) {
        const auto stat = is_own_child(child) ? std::nullopt : stat_of(child);
        if (stat && is_orphan_of(started, *stat)) {
            add(stat);
        }
    }
    for (std::size_t at = 0; at < family.size(); ++at) {
        for (const pid_t child : children_of(family[at].process)) {
            add(stat_of(child));
        }
    }
    return family;
}

OwnedFd hold(const ProcessStat& process) {
    OwnedFd held(static_cast<int>(::syscall(SYS_pidfd_open, process.process, 0)));
    // Between reading /proc and opening the descriptor, the number may have passed to another
    // process.
    const auto stat = stat_of(process.process);
    return held && stat && stat->started == process.started ? std::move(held) : OwnedFd();
}

bool send_signal(const OwnedFd& process, int number) {
    return process && ::syscall(SYS_pidfd_send_signal, process.get(), number, nullptr, 0) == 0;
}

}  // namespace volley
