// One sweep at a time on a machine: two would measure each other.
//
// The lock is an abstract Unix socket, because the kernel removes it with its process, however that
// ends. A lock file would outlive SIGKILL, and not every machine has a directory that all users may
// write to. The socket's peer credentials identify the holder. Network namespaces (containers) have
// separate sockets, so sweeps in two of them do not see each other.
#pragma once

#include <string>

#include "base/owned_fd.hh"

namespace volley {

class SweepLock {
  public:
    // Throws Error(failed) if another process holds it, naming process, start and command. name:
    // different names are different locks.
    explicit SweepLock(const std::string& name = default_name());

    // VOLLEY_SWEEP_LOCK from the environment, for tests that must not meet a real sweep; otherwise
    // "volley-sweep".
    [[nodiscard]] static std::string default_name();

  private:
    OwnedFd fd_;
};

}  // namespace volley
