#include "transport/ready_set.hh"

#include <cerrno>
#include <string>

#include "base/error.hh"
#include "base/retry.hh"

namespace volley {

ReadySet::ReadySet() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) {
        throw_errno("no descriptor to wait for replies with (epoll_create1)", errno,
                    "raise the descriptor limit (ulimit -n)");
    }
}

void ReadySet::set(int handle, std::uint32_t events, std::size_t member) {
    epoll_event event{.events = events, .data = {.u64 = member}};
    if (events == 0) {
        // It is no failure if it already waited for nothing.
        static_cast<void>(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, handle, &event));
        return;
    }
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, handle, &event) == 0) {
        return;
    }
    if (errno != ENOENT || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, handle, &event) != 0) {
        throw_errno(
            "connection " + std::to_string(member + 1) + " of a worker cannot be waited for", errno,
            "use --driver spin, or see fs.epoll.max_user_watches");
    }
}

std::span<const epoll_event> ReadySet::ready_now() {
    const int count = retry_on_eintr([&] {
        return ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), 0);
    });
    return std::span(ready_).first(count > 0 ? static_cast<std::size_t>(count) : 0);
}

}  // namespace volley
