// Needed by every program that starts servers: adopts their orphans, and cleans up if the program
// is killed.
//
// If the client is killed, the kernel kills the servers it has started (parent-death signal), but
// not the processes that these have started: init adopts those. So the client has a watcher, a
// process that sleeps until the client is gone and then kills what is left of its servers. It knows
// them by their process group and by an entry in their environment (VOLLEY_CLIENT), which survives
// a new session and a double fork. A control group would serve too, but most users may not make
// one.
#pragma once

#include <sys/types.h>

#include "base/owned_fd.hh"

namespace volley {

class Watcher {
  public:
    // Construct it in main, before any thread and any server; only one at a time. If no process can
    // be made, the program goes on without a watcher.
    Watcher();
    // Call when no server is left. The watcher is gone when it returns.
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // A child that leads a process group has been started.
    static void note_start(pid_t leader);
    // The child and its group have ended. Call before the child is waited for.
    static void note_end(pid_t leader);

  private:
    OwnedFd ended_;
};

}  // namespace volley
