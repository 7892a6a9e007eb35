// Which processes belong to a server. The figures, conform and the end of a server all use this
// definition.
//
// A family is the started process, its descendants (started by any of its threads), and their
// orphans. This program adopts orphans (PR_SET_CHILD_SUBREAPER), so that no process leaves the
// family by a double fork or by setsid.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/owned_fd.hh"
#include "process/proc_files.hh"

namespace volley {

// From now on orphans of our children become our own children, and our children can be waited for
// (our parent may have left SIGCHLD ignored). Call before any child is started.
void adopt_orphans();

// Marks a child that this program started itself, for as long as the object lives, so that it is
// not taken for an orphan. A signal handler can read its process number.
class OwnChild {
  public:
    explicit OwnChild(pid_t process);
    ~OwnChild();
    OwnChild(const OwnChild&) = delete;
    OwnChild& operator=(const OwnChild&) = delete;

  private:
    std::size_t slot_;
};

// The process number of the own child in a slot; 0: none. Safe in a signal handler.
inline constexpr std::size_t most_own_children = 8;
[[nodiscard]] pid_t own_child(std::size_t slot);

// The whole family of our child, the child itself first, including dead processes that have not
// been waited for. An orphan whose group and session belong to none of our children is counted with
// the first child.
[[nodiscard]] std::vector<ProcessStat> family_of(pid_t started);

// A descriptor of exactly this process (pidfd): a signal through it cannot reach a later process
// with the same number. Nothing if the process is gone.
[[nodiscard]] OwnedFd hold(const ProcessStat& process);
// False if the process has ended or belongs to another user.
bool send_signal(const OwnedFd& process, int number);

}  // namespace volley
