#include "run/watch.hh"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/error.hh"
#include "base/retry.hh"

namespace volley {

namespace {

constexpr int signal_status = 128;  // as shells report it

[[noreturn]] void leave_at_once(int signal_number, ServerProcess* server) {
    if (server != nullptr) {
        server->end_at_once();
    }
    ::_exit(signal_status + signal_number);
}

}  // namespace

Bell::Bell() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_) {
        throw_errno("no eventfd", errno, "raise the descriptor limit (ulimit -n)");
    }
}

void Bell::ring() const {
    const std::uint64_t one = 1;
    static_cast<void>(retry_on_eintr([&] { return ::write(fd_.get(), &one, sizeof one); }));
}

void Bell::silence() const {
    std::uint64_t rung = 0;
    static_cast<void>(retry_on_eintr([&] { return ::read(fd_.get(), &rung, sizeof rung); }));
}

Wakeup wait_for(TimePoint deadline, const Bell* bell, Signals* signals, ServerProcess* server) {
    for (;;) {
        std::array<pollfd, 4> waits{{
            {.fd = bell != nullptr ? bell->fd() : -1, .events = POLLIN, .revents = 0},
            {.fd = signals != nullptr ? signals->fd() : -1, .events = POLLIN, .revents = 0},
            {.fd = server != nullptr ? server->ended_fd() : -1, .events = POLLIN, .revents = 0},
            {.fd = server != nullptr ? server->output_fd() : -1, .events = POLLIN, .revents = 0},
        }};
        const Duration left = std::max(deadline - now(), Duration::zero());
        const timespec timeout{.tv_sec = left / std::chrono::seconds(1),
                               .tv_nsec = (left % std::chrono::seconds(1)).count()};
        const int ready = ::ppoll(waits.data(), waits.size(), &timeout, nullptr);
        if (ready < 0 && errno != EINTR) {
            throw_errno("waiting failed", errno);
        }
        if (waits[3].revents != 0) {
            server->drain_output();
        }
        if (waits[1].revents != 0) {
            if (signals->take() >= 2) {
                leave_at_once(signals->last(), server);
            }
            return Wakeup::signal;
        }
        if (waits[0].revents != 0) {
            bell->silence();
            return Wakeup::bell;
        }
        if (waits[2].revents != 0) {
            return Wakeup::server_ended;
        }
        if (now() >= deadline) {
            return Wakeup::deadline;
        }
    }
}

void throw_if_interrupted(Signals* signals) {
    if (signals != nullptr && signals->take() > 0) {
        throw Error(ExitCode::budget_spent, "interrupted before anything was measured");
    }
}

bool pause_for(Duration length, Signals& signals) {
    const TimePoint end = now() + length;
    while (now() < end && signals.count() == 0) {
        static_cast<void>(wait_for(end, nullptr, &signals, nullptr));
    }
    return signals.take() == 0;
}

}  // namespace volley
