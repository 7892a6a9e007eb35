// Waiting, before and beside the measured loop, for channels of every kind: poll(2) for those that
// name a descriptor, and a short sleep where one has none and must be asked again.
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
    // Waits no longer than so many milliseconds. False: nothing of it has happened. True: ask all
    // of them; also where one without a descriptor is in the list, after a millisecond.
    [[nodiscard]] bool wait(int milliseconds);

  private:
    std::vector<pollfd> polled_;
    bool has_unpollable_ = false;
};

}  // namespace volley
