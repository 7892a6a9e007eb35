// c-fork: blocking sockets, one process for each connection.
//
// The oldest technique of Unix servers: the parent accepts and forks, the child serves its one
// connection and exits. Nothing is shared, so nothing has to be locked, and a crash costs one
// connection. A round trip is recv and send; an idle child sleeps in recv and takes no CPU time.
// What it costs is a fork for each connection, and for each round trip a switch of address spaces.
//
// The children are in no list: the kernel kills each as soon as the parent is gone
// (PR_SET_PDEATHSIG), whether it ended by itself, by SIGTERM or by SIGKILL. A child that is asked
// to end the server says so by its exit status, which the parent reads as it reaps the child: no
// signal is sent to a process id that could be another's by then.
//
// Needs: Linux 2.3.15 (PR_SET_PDEATHSIG), a C11 compiler. There is no fallback.
// Try:   make && ./c-fork -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

#define _GNU_SOURCE  // struct ucred
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    challenge_bytes = 4,
    largest_message_bytes = 16 << 20,
    batch_bytes = 4096,  // what one recv may bring of small messages: a page
    backlog = 4096,      // the kernel cuts it down to net.core.somaxconn
    accept_pause_milliseconds = 50,
    status_of_zero = 100,  // of a child that was asked to end the server
};

static size_t message_bytes = challenge_bytes;
static bool is_unix;  // the transport: otherwise tcp

// Turns a message into its reply, in place; false where the challenge is zero. The last byte is the
// lowest: the carry runs to the left until a byte does not wrap.
static bool answer(unsigned char* message) {
    const size_t width = message_bytes < challenge_bytes ? message_bytes : challenge_bytes;
    if (memcmp(message, "\0\0\0", width) == 0) {
        return false;
    }
    for (size_t i = width; i-- > 0 && ++message[i] == 0;) {
    }
    return true;
}

// MSG_NOSIGNAL: a client that is gone is the end of its connection, not an accident.
static bool send_all(int connection, const unsigned char* bytes, size_t length) {
    while (length > 0) {
        const ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        bytes += sent < 0 ? 0 : sent;
        length -= sent < 0 ? 0 : (size_t)sent;
    }
    return true;
}

// The whole life of a child: the result is its exit status.
static int serve(int connection) {
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
    const size_t buffer_bytes =
        message_bytes * (message_bytes < batch_bytes ? batch_bytes / message_bytes : 1);
    unsigned char* const buffer = malloc(buffer_bytes);
    size_t filled = 0;
    while (buffer != NULL) {
        const ssize_t received = recv(connection, buffer + filled, buffer_bytes - filled, 0);
        if (received < 0 && errno == EINTR) {
            continue;
        }
        if (received <= 0) {  // closed, half-closed with nothing left to answer, or reset
            break;
        }
        filled += (size_t)received;
        size_t answered = 0;
        bool zero = false;
        while (!zero && filled - answered >= message_bytes) {
            zero = !answer(buffer + answered);
            answered += zero ? 0 : message_bytes;
        }
        if (!send_all(connection, buffer, answered) && !zero) {
            break;
        }
        if (zero) {
            return status_of_zero;
        }
        filled -= answered;
        memmove(buffer, buffer + answered, filled);
    }
    return EXIT_SUCCESS;
}

// Runs in the parent, between any two instructions of it: only what is async-signal-safe. One
// signal may stand for several children that have ended.
static void reap(int signal) {
    (void)signal;
    const int interrupted = errno;
    for (int status; waitpid(-1, &status, WNOHANG) > 0;) {
        if (WIFEXITED(status) && WEXITSTATUS(status) == status_of_zero) {
            _exit(EXIT_SUCCESS);
        }
    }
    errno = interrupted;
}

// Anybody on this machine may connect to an abstract name; only the server's own user is served.
static bool is_own_user(int connection) {
    struct ucred peer;
    socklen_t bytes = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == 0 &&
           peer.uid == geteuid();
}

static void accept_for_ever(int listener) {
    const pid_t parent = getpid();
    for (;;) {
        const int connection = accept(listener, NULL, NULL);
        if (connection < 0) {
            // Out of descriptors or memory, most likely: accept would fail again at once.
            if (errno != EINTR && errno != ECONNABORTED) {
                poll(NULL, 0, accept_pause_milliseconds);
            }
            continue;
        }
        if (is_unix && !is_own_user(connection)) {
            close(connection);
            continue;
        }
        // Where fork fails, closing the connection tells the client at once.
        if (fork() == 0) {
            close(listener);
            // The parent may have ended before the child asked to be told: then it is another now.
            if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
                _exit(EXIT_FAILURE);
            }
            _exit(serve(connection));
        }
        close(connection);
    }
}

// Whatever fails before it listens is one line on stderr and a status that is not zero: err, errx.
static int listen_on(const char* address, const char* port) {
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo* where = NULL;
    if (getaddrinfo(address, port, &hints, &where) != 0) {
        errx(EXIT_FAILURE, "-b %s is no IPv4 or IPv6 address", address);
    }
    const int on = 1;
    const int listener = socket(where->ai_family, SOCK_STREAM, 0);
    // TCP_NODELAY: no reply waits for an acknowledgement; accepted connections inherit it on Linux.
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(listener, where->ai_addr, where->ai_addrlen) != 0 || listen(listener, backlog) != 0) {
        err(EXIT_FAILURE, "cannot listen on %s port %s", address, port);
    }
    freeaddrinfo(where);
    return listener;
}

// The transport unix. An abstract name, which a leading zero byte marks, is exactly as long as it
// is said to be, stands in no file system and is free as soon as the socket is closed.
static int listen_on_unix(const char* port) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const int length = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "volley/unix/%lu",
                                strtoul(port, NULL, 10));
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 ||
        bind(listener, (struct sockaddr*)&name,
             offsetof(struct sockaddr_un, sun_path) + 1 + (socklen_t)length) != 0 ||
        listen(listener, backlog) != 0) {
        err(EXIT_FAILURE, "cannot listen on the abstract Unix socket %s", name.sun_path + 1);
    }
    return listener;
}

// A whole number in [1, limit], or the end.
static size_t parse_number(char flag, const char* text, size_t limit) {
    const unsigned long value = strtoul(text, NULL, 10);
    if (strspn(text, "0123456789") != strlen(text) || value < 1 || value > limit) {
        errx(EXIT_FAILURE, "-%c %s is not a number from 1 to %zu", flag, text, limit);
    }
    return value;
}

int main(int argc, char* argv[]) {
    const char *address = NULL, *port = NULL;
    for (int flag; (flag = getopt(argc, argv, ":p:t:b:m:")) != -1;) {  // ':' no messages of its own
        if (flag == 'p') {
            parse_number('p', port = optarg, 65535);
        } else if (flag == 'b') {
            address = optarg;
        } else if (flag == 't') {
            is_unix = strcmp(optarg, "unix") == 0;
            if (!is_unix && strcmp(optarg, "tcp") != 0) {
                errx(EXIT_FAILURE, "-t %s is neither tcp nor unix", optarg);
            }
        } else if (flag == 'm') {
            message_bytes = parse_number('m', optarg, largest_message_bytes);
        } else {
            errx(EXIT_FAILURE, "flag -%c is unknown or lacks its value", optopt);
        }
    }
    if (port == NULL || optind < argc) {
        errx(EXIT_FAILURE, "usage: c-fork -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]");
    }
    if (is_unix && address != NULL) {
        errx(EXIT_FAILURE, "-b %s is for tcp: leave it out with -t unix", address);
    }
    // The default action ends the parent at once, and the kernel ends the children. Set, because a
    // shell starts its background jobs with SIGINT ignored.
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    // SA_NOCLDSTOP: a child that is merely stopped is none to reap.
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = reap, .sa_flags = SA_NOCLDSTOP}, NULL);
    accept_for_ever(is_unix ? listen_on_unix(port)
                            : listen_on(address != NULL ? address : "127.0.0.1", port));
}
