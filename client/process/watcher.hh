// What makes a program fit to have servers: it adopts their orphans, and is cleaned up after where
// it is killed.
//
// The kernel kills the servers that a killed client has started (parent-death signal), but not what
// these have started: it passes to init. So the client has a watcher, a process beside it that
// sleeps until the client is gone, and then kills what is left of its servers. It knows them by
// their process group and by an entry in their environment (VOLLEY_CLIENT), which a new session and
// a double fork leave in place. A control group would do it as well, where one may be made; most
// users may not.
#pragma once

#include <sys/types.h>

#include "base/owned_fd.hh"

namespace volley {

class Watcher {
  public:
    // Construct it in main, before any thread and any server; one at a time. Where there is no
    // process to be had the program goes on without.
    Watcher();
    // Call when no server is left. The watcher is gone when it returns.
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // A child that leads a process group has been started.
    static void note_start(pid_t leader);
    // It is over, all of it. Call before it is waited for.
    static void note_end(pid_t leader);

  private:
    OwnedFd ended_;
};

}  // namespace volley
