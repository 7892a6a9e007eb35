#include "run/signals.hh"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hh"

namespace volley {

Signals::Signals() {
    sigset_t wanted{};
    ::sigemptyset(&wanted);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaddset(&wanted, number);
    }
    ::pthread_sigmask(SIG_BLOCK, &wanted, &former_);
    fd_ = OwnedFd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_) {
        throw_errno("signals cannot be watched", errno);
    }
    ::signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
    ::pthread_sigmask(SIG_SETMASK, &former_, nullptr);
}

int Signals::take() {
    signalfd_siginfo came{};
    while (::read(fd_.get(), &came, sizeof came) == sizeof came) {
        ++count_;
        last_ = static_cast<int>(came.ssi_signo);
    }
    return count_;
}

void restore_signals_in_child() {
    sigset_t none{};
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) {
        ::signal(number, SIG_DFL);
    }
}

}  // namespace volley
