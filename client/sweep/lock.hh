// One sweep at a time on a machine: two would measure each other.
//
// An abstract Unix socket, because the kernel takes it away with its process, however that ends: a
// lock file would outlive SIGKILL, and a directory for it that every user may write to is not on
// every machine. The holder is found by asking the socket whose it is. Network namespaces
// (containers) have sockets of their own, so sweeps in two of them do not see each other.
#pragma once

#include <string>

#include "base/owned_fd.hh"

namespace volley {

class SweepLock {
  public:
    // Throws Error(failed) where another process holds it, naming process, start and command.
    // name: other names are other locks.
    explicit SweepLock(const std::string& name = default_name());

    // VOLLEY_SWEEP_LOCK from the environment, for tests that must not meet a real sweep; otherwise
    // "volley-sweep".
    [[nodiscard]] static std::string default_name();

  private:
    OwnedFd fd_;
};

}  // namespace volley
