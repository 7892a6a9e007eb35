#include "plan/machine.hh"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <random>

#include "base/error.hh"
#include "base/own_thread.hh"
#include "run/spec.hh"
#include "transport/endpoint.hh"

namespace volley {

namespace {

rlimit descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

// The limit that a privileged process may set for itself.
std::uint64_t system_limit() {
    std::uint64_t most = 0;
    std::ifstream("/proc/sys/fs/nr_open") >> most;
    return most;
}

}  // namespace

MachineFacts read_machine_facts() {
    MachineFacts facts;
    facts.descriptor_limit = descriptor_limit().rlim_max;
    if (::geteuid() == 0) {
        facts.descriptor_limit = std::max<std::uint64_t>(facts.descriptor_limit, system_limit());
    }
    facts.transports = read_transport_facts();
    std::random_device device;
    facts.random = (std::uint64_t{device()} << 32U | device()) | 1U;
    return facts;
}

void raise_descriptor_limit(std::uint64_t needed) {
    rlimit limit = descriptor_limit();
    if (limit.rlim_cur >= needed) {
        return;
    }
    limit.rlim_cur = needed;
    limit.rlim_max = std::max<rlim_t>(limit.rlim_max, needed);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw Error(ExitCode::usage,
                    "the descriptor limit cannot be raised to " + std::to_string(needed) + ": " +
                        errno_text(errno),
                    "raise it in the shell (ulimit -n), or open fewer connections with --clients");
    }
}

void check_realtime_allowed() {
    int error = 0;
    on_own_thread([&] {
        const sched_param priority{.sched_priority = realtime_priority};
        error = ::sched_setscheduler(0, SCHED_FIFO, &priority) == 0 ? 0 : errno;
    });
    if (error != 0) {
        throw Error(ExitCode::usage, "--realtime is not allowed: " + errno_text(error),
                    "run as root, or raise RLIMIT_RTPRIO (ulimit -r) to " +
                        std::to_string(realtime_priority));
    }
}

}  // namespace volley
