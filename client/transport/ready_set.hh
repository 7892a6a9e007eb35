// Which of many channels are ready: one level-triggered epoll set, polled without waiting.
//
// It never sleeps. To sleep, wait for handle(), which is readable while any member is ready.
// Level-triggered: an event that is not handled at once is not lost, and no system call is needed
// to be told of the next one.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/owned_fd.hh"

namespace volley {

class ReadySet {
  public:
    // Throws Error(failed) if no descriptor is left.
    ReadySet();

    // From now on `handle` waits for these events of epoll(7) for this member, replacing earlier
    // ones; 0: for none. Throws Error(failed) if the system cannot wait for it.
    void set(int handle, std::uint32_t events, std::size_t member);

    // The events that are ready now; `data.u64` is the member. As many as fit, the others next
    // time. EPOLLERR and EPOLLHUP are always included. Valid until the next call.
    [[nodiscard]] std::span<const epoll_event> ready_now();

    // Readable while any member is ready.
    [[nodiscard]] int handle() const { return epoll_.get(); }

  private:
    // More than are ready at once, except in a burst.
    static constexpr std::size_t at_once = 128;

    OwnedFd epoll_;
    std::array<epoll_event, at_once> ready_{};
};

}  // namespace volley
