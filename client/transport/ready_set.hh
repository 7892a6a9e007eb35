// Which of many channels have something to do: one level-triggered epoll set, asked without
// waiting.
//
// It never sleeps. Whoever sleeps waits for handle(), which is readable while any member is ready.
// Level-triggered: an event that is not dealt with at once is not lost, and the next one costs no
// system call to be told of.
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
    // Throws Error(failed) where no descriptor is left.
    ReadySet();

    // From now on `handle` waits for these events of epoll(7) on behalf of that member, whatever it
    // waited for before; 0: for nothing. Throws Error(failed) where the system cannot wait for it.
    void set(int handle, std::uint32_t events, std::size_t member);

    // What has happened and is still so, `data.u64` being the member: as many as fit, the others
    // next time. EPOLLERR and EPOLLHUP come unasked. Valid until the next call.
    [[nodiscard]] std::span<const epoll_event> ready_now();

    // Readable while any member is ready.
    [[nodiscard]] int handle() const { return epoll_.get(); }

  private:
    // More than are ready at once but in a burst.
    static constexpr std::size_t at_once = 128;

    OwnedFd epoll_;
    std::array<epoll_event, at_once> ready_{};
};

}  // namespace volley
