// Where the coordinator waits: for the workers, for the server, for signals, but never beyond its
// deadline.
#pragma once

#include "clock/clock.hh"
#include "run/server_process.hh"
#include "run/signals.hh"

namespace volley {

// Wakes the coordinator from any thread.
class Bell {
  public:
    Bell();
    void ring() const;
    void silence() const;
    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    OwnedFd fd_;
};

enum class Wakeup {
    deadline,
    bell,
    signal,
    server_ended,
};

// signals and server may be null. Takes the server's output meanwhile. A second signal kills the
// server and ends this program at once, with status 128 + signal; this function then does not
// return.
[[nodiscard]] Wakeup wait_for(TimePoint deadline, const Bell* bell, Signals* signals,
                              ServerProcess* server);

// Call while a run is being set up, when there is nothing to finish or to lose yet. Throws
// Error(budget_spent) if a signal has come. signals: may be null.
void throw_if_interrupted(Signals* signals);

// Sleeps for this long. False if a signal has come, before or meanwhile.
[[nodiscard]] bool pause_for(Duration length, Signals& signals);

}  // namespace volley
