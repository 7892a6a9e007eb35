// Waits for channels of every kind outside the measured loop: by poll(2) for those that name a
// descriptor, and by a short sleep if one has none and must be called again.
#pragma once

#include <poll.h>

#include <vector>

#include "transport/channel.hh"

namespace volley {

[[nodiscard]] inline pollfd polled(const WaitsFor& what) {
    return {.fd = what.handle, .events = what.events, .revents = 0};
}

class PollList {
  public:
    void clear();
    void add(const WaitsFor& what);
    // Waits at most this many milliseconds. False: nothing has happened. True: call all of them
    // again. With a channel without a descriptor in the list, returns true after a millisecond.
    [[nodiscard]] bool wait(int milliseconds);

  private:
    std::vector<pollfd> polled_;
    bool has_unpollable_ = false;
};

}  // namespace volley
