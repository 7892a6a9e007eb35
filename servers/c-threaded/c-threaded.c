// c-threaded: blocking sockets, one thread for each connection.
//
// The contract of ../README.md in the plainest technique there is. A thread sleeps in recv, adds
// one, sends, and sleeps again: two system calls for a round trip.
// What it costs is a context switch for each challenge and a stack for each connection.
//
// With -t unix or unix-seqpacket it listens on an abstract name instead of an address.
//
// Needs: a C11 compiler, POSIX threads.
// Try:   make && ./c-threaded -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//        printf '\0\0\0\0' | nc -q 1 127.0.0.1 4000                    ends it

#define _GNU_SOURCE  // struct ucred
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    challenge_bytes = 4,
    largest_message_bytes = 16 << 20,
    batch_bytes = 4096,      // what one recv may bring of small messages: a page
    stack_bytes = 64 << 10,  // enough for serve(); 10,000 threads of the usual 8 MiB are not
    backlog = 4096,          // the kernel cuts it down to net.core.somaxconn
    accept_pause_milliseconds = 50,
};

static const char usage[] =  // in one line on stderr
    "usage: c-threaded -p PORT [-b ADDRESS] [-t TRANSPORT] [-m BYTES]";

// Written before the first thread starts, only read afterwards.
static size_t message_bytes = challenge_bytes;
static size_t buffer_bytes;
static const char* transport = "tcp";
static bool is_local;          // Unix sockets, with a name instead of an address
static bool keeps_boundaries;  // one message, one packet

// Turns a message into its reply, in place; false where the challenge is zero. Network order means
// that the last byte is the lowest: a carry runs to the left until a byte does not wrap, and where
// all of them wrap the result is zero, as the contract asks. No byte order of the host is involved.
static bool answer(unsigned char* message) {
    const size_t width = message_bytes < challenge_bytes ? message_bytes : challenge_bytes;
    unsigned char any = 0;
    for (size_t i = 0; i < width; ++i) {
        any |= message[i];
    }
    for (size_t i = width; i-- > 0 && ++message[i] == 0;) {
    }
    return any != 0;
}

// A send may take less than it was given, so it is repeated. MSG_NOSIGNAL: a peer that is gone
// must not end the server by SIGPIPE.
static bool send_all(int connection, const unsigned char* bytes, size_t length) {
    while (length > 0) {
        const ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) {
                continue;
            }
            return false;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

// One connection from its first challenge to its end.
static void* serve(void* argument) {
    const int connection = (int)(intptr_t)argument;
    unsigned char* buffer = malloc(buffer_bytes);
    size_t filled = 0;
    while (buffer != NULL) {
        // One recv may bring a part of a message, or several: whole ones are answered together with
        // one send, a part stays at the front of the buffer until the rest arrives.
        // MSG_TRUNC: the true length of a packet that is too long.
        const ssize_t received = recv(connection, buffer + filled, buffer_bytes - filled,
                                      keeps_boundaries ? MSG_TRUNC : 0);
        if (received < 0 && errno == EINTR) {
            continue;
        }
        if (keeps_boundaries && received != (ssize_t)message_bytes) {  // its end, or no message
            break;
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
        if (!send_all(connection, buffer, answered)) {
            break;
        }
        if (zero) {
            _exit(EXIT_SUCCESS);  // not exit: the other threads are still at work
        }
        filled -= answered;
        memmove(buffer, buffer + answered, filled);
    }
    free(buffer);
    close(connection);
    return NULL;
}

// getaddrinfo reads IPv4 and IPv6 addresses alike; AI_NUMERICHOST keeps it from asking a name
// server.
// Whatever fails before it listens is one line on stderr and a status that is not zero: err, errx.
static int listen_on(const char* address, const char* port) {
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo* found = NULL;
    const int wrong = getaddrinfo(address, port, &hints, &found);
    if (wrong != 0) {
        errx(EXIT_FAILURE, "-b %s is no address to listen on: %s", address, gai_strerror(wrong));
    }
    const int listener = socket(found->ai_family, SOCK_STREAM, 0);
    const int on = 1;
    // SO_REUSEADDR: a restart need not wait for old connections in TIME_WAIT. TCP_NODELAY: no reply
    // waits for the one before it to be acknowledged; on Linux accepted connections inherit it.
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(listener, found->ai_addr, found->ai_addrlen) != 0 || listen(listener, backlog) != 0) {
        err(EXIT_FAILURE, "cannot listen on %s port %s", address, port);
    }
    freeaddrinfo(found);
    return listener;
}

// A Unix socket with an abstract name, as long as its text and not padded to the size of the
// address: it has no file, and is gone with the server.
static int listen_locally(const char* port) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const int length =
        snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "volley/%s/%s", transport, port);
    const socklen_t bytes =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1) + (socklen_t)length;
    const int listener = socket(AF_UNIX, keeps_boundaries ? SOCK_SEQPACKET : SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (const struct sockaddr*)&name, bytes) != 0 ||
        listen(listener, backlog) != 0) {
        err(EXIT_FAILURE, "cannot listen on the name @%s", name.sun_path + 1);
    }
    return listener;
}

// Any user may connect to an abstract name; this server serves its own. A packet must fit into the
// socket's buffer, which is not inherited from the listener.
static bool is_welcome(int connection) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    const int room = (int)message_bytes;
    return !is_local || (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
                         peer.uid == geteuid() &&
                         (!keeps_boundaries || message_bytes < (64 << 10) ||
                          setsockopt(connection, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0));
}

// A whole number in [1, limit], or the end.
static size_t parse_number(char flag, const char* text, size_t limit) {
    char* end = NULL;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < 1 || (size_t)value > limit) {
        errx(EXIT_FAILURE, "-%c %s is not a number from 1 to %zu", flag, text, limit);
    }
    return (size_t)value;
}

// A thousand connections are more than the usual soft limit allows; the hard one is ours to take.
static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void accept_for_ever(int listener) {
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&detached, stack_bytes);
    for (;;) {
        const int connection = accept(listener, NULL, NULL);
        if (connection < 0) {
            // Out of descriptors or memory: the connections that exist are served by their threads,
            // new ones wait in the backlog. A pause, because accept would fail again at once.
            if (errno != EINTR && errno != ECONNABORTED) {
                poll(NULL, 0, accept_pause_milliseconds);
            }
            continue;
        }
        pthread_t thread;
        if (!is_welcome(connection) ||
            pthread_create(&thread, &detached, serve, (void*)(intptr_t)connection) != 0) {
            close(connection);  // no room for one more thread: this client learns it at once
        }
    }
}

int main(int argc, char* argv[]) {
    const char* address = "127.0.0.1";
    const char* port = NULL;
    opterr = 0;  // getopt's own messages would make it two lines
    for (int flag; (flag = getopt(argc, argv, ":p:b:t:m:")) != -1;) {
        switch (flag) {
            case 'p':
                parse_number('p', optarg, 65535);
                port = optarg;
                break;
            case 'b':
                address = optarg;
                break;
            case 't':
                transport = optarg;
                keeps_boundaries = strcmp(optarg, "unix-seqpacket") == 0;
                is_local = keeps_boundaries || strcmp(optarg, "unix") == 0;
                if (!is_local && strcmp(optarg, "tcp") != 0) {
                    errx(EXIT_FAILURE, "-t %s is not tcp, unix or unix-seqpacket", optarg);
                }
                break;
            case 'm':
                message_bytes = parse_number('m', optarg, largest_message_bytes);
                break;
            case ':':
                errx(EXIT_FAILURE, "-%c wants a value", optopt);
                break;
            default:
                errx(EXIT_FAILURE, "unknown flag -%c; %s", optopt, usage);
        }
    }
    if (optind < argc) {
        errx(EXIT_FAILURE, "unknown argument %s; %s", argv[optind], usage);
    }
    if (port == NULL) {
        errx(EXIT_FAILURE, "-p PORT is missing; %s", usage);
    }
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
    buffer_bytes =
        message_bytes < batch_bytes ? batch_bytes - batch_bytes % message_bytes : message_bytes;
    // The default action ends the process at once, whatever its threads are doing. Set, because a
    // shell starts its background jobs with SIGINT ignored.
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    raise_descriptor_limit();
    accept_for_ever(is_local ? listen_locally(port) : listen_on(address, port));
}
