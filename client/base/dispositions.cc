#include "base/dispositions.hh"

#include <csignal>
#include <initializer_list>

namespace volley {

bool is_ignored(int signal_number) {
    struct sigaction present {};
    return ::sigaction(signal_number, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

void outlive_file_size_limit() {
    ::signal(SIGXFSZ, SIG_IGN);
}

void restore_signals_in_child() {
    for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGXFSZ}) {
        ::signal(number, SIG_DFL);
    }
    if (!is_ignored(SIGHUP)) {
        ::signal(SIGHUP, SIG_DFL);
    }
    sigset_t none{};
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace volley
