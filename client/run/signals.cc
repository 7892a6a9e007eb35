#include "run/signals.hh"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/dispositions.hh"
#include "base/error.hh"

namespace volley {

void StopRequests::note(int signal_number, bool from_kernel, TimePoint at) {
    // Only these are sent again by a user in a hurry. For a lost terminal or an approaching time
    // limit, a second signal has no new meaning.
    const bool can_hurry = signal_number == SIGINT || signal_number == SIGTERM;
    const bool keystrokes = from_kernel && last_from_kernel_;
    if (count_ > 0 && (!can_hurry || (!keystrokes && at - last_at_ < one_request))) {
        return;
    }
    ++count_;
    last_ = signal_number;
    last_from_kernel_ = from_kernel;
    last_at_ = at;
}

Signals::Signals() {
    sigset_t wanted{};
    ::sigemptyset(&wanted);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGXCPU, SIGUSR1, SIGUSR2}) {
        // A blocked signal would stay pending for us even if it is ignored.
        if (!is_ignored(number)) {
            ::sigaddset(&wanted, number);
        }
    }
    ::pthread_sigmask(SIG_BLOCK, &wanted, &former_);
    fd_ = OwnedFd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_) {
        throw_errno("signals cannot be watched", errno);
    }
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGCHLD, SIG_DFL);
}

Signals::~Signals() {
    ::pthread_sigmask(SIG_SETMASK, &former_, nullptr);
}

int Signals::take() {
    signalfd_siginfo came{};
    while (::read(fd_.get(), &came, sizeof came) == sizeof came) {
        requests_.note(static_cast<int>(came.ssi_signo), came.ssi_code == SI_KERNEL, now());
    }
    return count();
}

}  // namespace volley
