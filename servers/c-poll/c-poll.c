// c-poll: one thread, one poll loop.
//
// poll is the portable ancestor of epoll: the list of all connections goes into the kernel and back
// with every call, and the loop looks through it for those that are ready. With a few connections
// that is as fast as anything; with n of them each round trip costs O(n), which is what there is to
// see here. A round trip is poll, recv, send. Its one thread uses one CPU, however many are
// allowed.
//
// The list for poll and the connections are two arrays that run in parallel; entry 0 is the
// listener. A connection that ends is replaced by the last one, so that the list has no holes.
//
// Needs: Linux (accept4; elsewhere accept and fcntl do), a C11 compiler. There is no fallback.
// Try:   make && ./c-poll -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

#define _GNU_SOURCE
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    challenge_bytes = 4,
    largest_message_bytes = 16 << 20,
    batch_bytes = 4096,  // what one recv may bring of small messages: a page
    backlog = 4096,      // the kernel cuts it down to net.core.somaxconn
    accept_pause_milliseconds = 50,
    first_entries = 64,  // the arrays double from here
};

struct connection {
    size_t filled;    // bytes received
    size_t answered;  // of these, turned into replies
    size_t sent;      // of these, sent
    unsigned char bytes[];
};

static size_t message_bytes = challenge_bytes, buffer_bytes;
static struct pollfd* polled;
static struct connection** connections;
static size_t entries, room;
static bool is_unix;  // the transport: otherwise tcp

// When the listener is watched again; meaningless while it is watched.
static long long resume_milliseconds;

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

// Sends what is answered; false where the connection is lost. What a client does not read stays in
// its buffer, and the loop waits for room instead of input, so that nothing grows.
static bool flush(struct pollfd* its, struct connection* connection) {
    const ssize_t sent = send(its->fd, connection->bytes + connection->sent,
                              connection->answered - connection->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        return false;
    }
    connection->sent += sent < 0 ? 0 : (size_t)sent;
    if (connection->sent < connection->answered) {
        its->events = POLLOUT;
        return true;
    }
    its->events = POLLIN;
    connection->filled -= connection->answered;
    memmove(connection->bytes, connection->bytes + connection->answered, connection->filled);
    connection->answered = connection->sent = 0;
    return true;
}

// One recv and one send for all challenges that are there; false at the end of the connection.
static bool serve(struct pollfd* its, struct connection* connection) {
    if (connection->answered > 0) {
        return flush(its, connection);
    }
    const ssize_t received =
        recv(its->fd, connection->bytes + connection->filled, buffer_bytes - connection->filled, 0);
    if (received <= 0) {
        return received < 0 && (errno == EAGAIN || errno == EINTR);
    }
    connection->filled += (size_t)received;
    while (connection->filled - connection->answered >= message_bytes) {
        if (!answer(connection->bytes + connection->answered)) {
            send(its->fd, connection->bytes, connection->answered, MSG_NOSIGNAL);
            exit(EXIT_SUCCESS);
        }
        connection->answered += message_bytes;
    }
    return connection->answered == 0 || flush(its, connection);
}

// Makes room for one more entry in both arrays; false where there is no memory.
static bool make_room(void) {
    if (entries < room) {
        return true;
    }
    const size_t more = room == 0 ? first_entries : 2 * room;
    struct pollfd* const more_polled = realloc(polled, more * sizeof *polled);
    polled = more_polled != NULL ? more_polled : polled;
    struct connection** const more_connections = realloc(connections, more * sizeof *connections);
    connections = more_connections != NULL ? more_connections : connections;
    room = more_polled != NULL && more_connections != NULL ? more : room;
    return entries < room;
}

static bool add(int socket, struct connection* connection) {
    if (!make_room()) {
        return false;
    }
    polled[entries] = (struct pollfd){.fd = socket, .events = POLLIN};
    connections[entries++] = connection;
    return true;
}

static void drop(size_t entry) {
    close(polled[entry].fd);
    free(connections[entry]);
    --entries;
    polled[entry] = polled[entries];
    connections[entry] = connections[entries];
}

static long long now_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

// Anybody on this machine may connect to an abstract name; only the server's own user is served.
static bool is_own_user(int connection) {
    struct ucred peer;
    socklen_t bytes = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == 0 &&
           peer.uid == geteuid();
}

// Accepts what waits. Without a descriptor to spare, the listener is left alone for a moment: it
// would be reported as ready again at once, and the connections that exist come first.
static void accept_all(void) {
    for (;;) {
        const int socket = accept4(polled[0].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) {
            if (errno != EAGAIN && errno != ECONNABORTED) {
                polled[0].events = 0;
                resume_milliseconds = now_milliseconds() + accept_pause_milliseconds;
            }
            return;
        }
        if (is_unix && !is_own_user(socket)) {
            close(socket);
            continue;
        }
        struct connection* const connection = malloc(sizeof *connection + buffer_bytes);
        if (connection != NULL) {
            *connection = (struct connection){0};
        }
        if (connection == NULL || !add(socket, connection)) {
            close(socket);
            free(connection);
        }
    }
}

static void run(void) {
    for (;;) {
        const bool paused = polled[0].events == 0;
        int ready = poll(polled, entries, paused ? accept_pause_milliseconds : -1);
        // From the last to the first: the entry that takes the place of a dropped one was looked
        // at.
        for (size_t i = entries; ready > 0 && i-- > 1;) {
            if (polled[i].revents != 0) {
                --ready;
                if (!serve(&polled[i], connections[i])) {
                    drop(i);
                }
            }
        }
        if (paused && now_milliseconds() >= resume_milliseconds) {
            polled[0].events = POLLIN;
        } else if (ready > 0) {  // what is left is the listener
            accept_all();
        }
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
    const int listener = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
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
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
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
        errx(EXIT_FAILURE, "usage: c-poll -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]");
    }
    if (is_unix && address != NULL) {
        errx(EXIT_FAILURE, "-b %s is for tcp: leave it out with -t unix", address);
    }
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
    buffer_bytes = message_bytes * (message_bytes < batch_bytes ? batch_bytes / message_bytes : 1);
    // The default action ends it at once. Set: a shell starts its jobs with SIGINT ignored.
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    struct rlimit descriptors;  // the usual soft limit is below a thousand connections
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    const int listener =
        is_unix ? listen_on_unix(port) : listen_on(address != NULL ? address : "127.0.0.1", port);
    if (!add(listener, NULL)) {
        errx(EXIT_FAILURE, "no memory for the first connections");
    }
    run();
}
