// The processes of a server: the one description of them, for figures, for conform and for the end.
//
// A family is the process that was started, whatever descends from it (started by any of its
// threads), and the orphans of these: this program adopts them (PR_SET_CHILD_SUBREAPER), so that
// nobody leaves the family by a double fork or by setsid.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/owned_fd.hh"
#include "process/proc_files.hh"

namespace volley {

// From now on orphans of our children become our own children, and our children can be waited for
// (whoever started us may have left SIGCHLD ignored). Call before any child is started.
void adopt_orphans();

// A child that this program started itself, for as long as the object lives: such a one is nobody's
// orphan. Its number can be read by a signal handler.
class OwnChild {
  public:
    explicit OwnChild(pid_t process);
    ~OwnChild();
    OwnChild(const OwnChild&) = delete;
    OwnChild& operator=(const OwnChild&) = delete;

  private:
    std::size_t slot_;
};

// Those that stand now. Safe in a signal handler. 0 stands for none.
inline constexpr std::size_t most_own_children = 8;
[[nodiscard]] pid_t own_child(std::size_t slot);

// The whole family of a child of ours, the child itself first, dead ones that nobody has waited for
// included. An orphan whose group or session is of no child of ours belongs to the first of them.
[[nodiscard]] std::vector<ProcessStat> family_of(pid_t started);

// A descriptor of exactly this process (pidfd): a signal through it cannot reach another one that
// got its number later. Nothing where it is gone.
[[nodiscard]] OwnedFd hold(const ProcessStat& process);
// False where it has ended, or belongs to another user.
bool send_signal(const OwnedFd& process, int number);

}  // namespace volley
