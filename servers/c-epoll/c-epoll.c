// c-epoll: one level-triggered epoll loop for each CPU that the process may run on.
//
// Each loop is a thread pinned to its CPU, with a listener of its own on the same port: connections
// are accepted in parallel. Level-triggered, because one recv that does not fill the buffer need
// not be followed by another that finds nothing: a round trip is epoll_wait, recv, send.
//
// SO_REUSEPORT alone spreads badly where connections are few: the kernel chooses the listener by a
// hash of the addresses, and often gives one of two loops three connections of four, or all. So the
// loop that accepts a connection adds it to the epoll set of the loop whose turn it is: the loops
// never differ by more than one connection accepted.
//
// With -t unix or unix-seqpacket it listens on an abstract name, which cannot be shared: there the
// first loop accepts, and deals out as before.
//
// Needs: Linux 3.9 (SO_REUSEPORT), a C11 compiler, POSIX threads. There is no fallback.
// Try:   make && taskset -c 0,1 ./c-epoll -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    challenge_bytes = 4,
    largest_message_bytes = 16 << 20,
    batch_bytes = 4096,  // what one recv may bring of small messages: a page
    backlog = 4096,      // the kernel cuts it down to net.core.somaxconn
    events_at_once = 256,
};
static const struct itimerspec accept_pause = {.it_value.tv_nsec = 50 * 1000 * 1000};

struct connection {
    int socket;
    size_t filled;    // bytes received
    size_t answered;  // of these, turned into replies
    size_t sent;      // of these, sent
    unsigned char bytes[];
};

struct loop {
    int epoll, listener, timer;
    cpu_set_t cpu;
};

// Written before the first thread starts, only read afterwards.
static size_t message_bytes = challenge_bytes, buffer_bytes;
static const char* transport = "tcp";
static bool is_local;          // Unix sockets, with a name instead of an address
static bool keeps_boundaries;  // one message, one packet
static struct loop loops[CPU_SETSIZE];
static unsigned loop_count;

// Whose turn it is to get a connection. Relaxed: it orders nothing but itself.
static atomic_uint turn;

static bool watch(int how, int epoll, int fd, uint32_t events, void* data) {
    struct epoll_event event = {.events = events, .data.ptr = data};
    return epoll_ctl(epoll, how, fd, &event) == 0;
}

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
// its buffer: it is blocked, and the loop waits for room instead of input, so that nothing grows.
static bool flush(struct loop* loop, struct connection* connection, bool was_blocked) {
    const ssize_t sent = send(connection->socket, connection->bytes + connection->sent,
                              connection->answered - connection->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        return false;
    }
    connection->sent += sent < 0 ? 0 : (size_t)sent;
    const bool blocked = connection->sent < connection->answered;
    if (!blocked) {
        connection->filled -= connection->answered;
        memmove(connection->bytes, connection->bytes + connection->answered, connection->filled);
        connection->answered = connection->sent = 0;
    }
    return blocked == was_blocked || watch(EPOLL_CTL_MOD, loop->epoll, connection->socket,
                                           blocked ? EPOLLOUT : EPOLLIN, connection);
}

// One recv and one send for all challenges that are there; false at the end of the connection.
static bool serve(struct loop* loop, struct connection* connection) {
    if (connection->answered > 0) {
        return flush(loop, connection, true);
    }
    const ssize_t received = recv(connection->socket, connection->bytes + connection->filled,
                                  buffer_bytes - connection->filled,
                                  keeps_boundaries ? MSG_TRUNC : 0);  // the true length
    if (received <= 0) {
        return received < 0 && (errno == EAGAIN || errno == EINTR);
    }
    if (keeps_boundaries && received != (ssize_t)message_bytes) {
        return false;
    }
    connection->filled += (size_t)received;
    while (connection->filled - connection->answered >= message_bytes) {
        if (!answer(connection->bytes + connection->answered)) {
            send(connection->socket, connection->bytes, connection->answered, MSG_NOSIGNAL);
            _exit(EXIT_SUCCESS);  // not exit: the other loops are still at work
        }
        connection->answered += message_bytes;
    }
    return connection->answered == 0 || flush(loop, connection, false);
}

// Any user may connect to an abstract name; this server serves its own. A packet must fit into the
// socket's buffer, which is not inherited from the listener.
static bool is_welcome(int socket) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    const int room = (int)message_bytes;
    return !is_local || (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
                         peer.uid == geteuid() &&
                         (!keeps_boundaries || message_bytes < (64 << 10) ||
                          setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0));
}

// Accepts what waits. Without a descriptor to spare, the listener is left alone for a moment: it
// would be reported as ready again at once, and the connections that exist come first.
static void accept_all(struct loop* loop) {
    for (;;) {
        const int socket = accept4(loop->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) {
            if (errno != EAGAIN && errno != ECONNABORTED) {
                watch(EPOLL_CTL_MOD, loop->epoll, loop->listener, 0, &loop->listener);
                timerfd_settime(loop->timer, 0, &accept_pause, NULL);
            }
            return;
        }
        struct connection* connection =
            is_welcome(socket) ? malloc(sizeof *connection + buffer_bytes) : NULL;
        if (connection != NULL) {
            *connection = (struct connection){.socket = socket};
        }
        // Once it is in the set it belongs to the other loop; without memory it gets no further.
        const unsigned next = atomic_fetch_add_explicit(&turn, 1, memory_order_relaxed);
        if (connection == NULL ||
            !watch(EPOLL_CTL_ADD, loops[next % loop_count].epoll, socket, EPOLLIN, connection)) {
            close(socket);
            free(connection);
        }
    }
}

static void* run(void* argument) {
    struct loop* loop = argument;
    pthread_setaffinity_np(pthread_self(), sizeof loop->cpu, &loop->cpu);
    struct epoll_event events[events_at_once];
    for (;;) {
        const int count = epoll_wait(loop->epoll, events, events_at_once, -1);
        for (int i = 0; i < count; ++i) {
            if (events[i].data.ptr == &loop->listener) {
                accept_all(loop);
            } else if (events[i].data.ptr == &loop->timer) {  // its pause is over
                watch(EPOLL_CTL_MOD, loop->epoll, loop->listener, EPOLLIN, &loop->listener);
            } else if (!serve(loop, events[i].data.ptr)) {
                struct connection* connection = events[i].data.ptr;
                close(connection->socket);  // leaves the epoll set with it
                free(connection);
            }
        }
    }
    return NULL;
}

// The first listener is bound without SO_REUSEPORT and joins the group afterwards: otherwise a
// second server of the same user would share the port instead of being told that it is taken.
static void listen_with(struct loop* loop, const struct addrinfo* where) {
    const int on = 1;
    const bool first = loop == loops;
    loop->listener = socket(where->ai_family, where->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    // TCP_NODELAY: no reply waits for an acknowledgement; accepted connections inherit it on Linux.
    if (loop->listener < 0 ||
        (!is_local &&
         (setsockopt(loop->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
          setsockopt(loop->listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)) ||
        (!first && setsockopt(loop->listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) ||
        bind(loop->listener, where->ai_addr, where->ai_addrlen) != 0 ||
        (!is_local && first &&
         setsockopt(loop->listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) ||
        listen(loop->listener, backlog) != 0 ||
        !watch(EPOLL_CTL_ADD, loop->epoll, loop->listener, EPOLLIN, &loop->listener)) {
        err(EXIT_FAILURE, "cannot listen on this address and port");
    }
}

// A local name cannot be shared: there the first loop accepts for all.
static void open_loop(struct loop* loop, const struct addrinfo* where) {
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    // The timer is edge-triggered, so that it need not be read.
    if (loop->epoll < 0 || loop->timer < 0 ||
        !watch(EPOLL_CTL_ADD, loop->epoll, loop->timer, EPOLLIN | EPOLLET, &loop->timer)) {
        err(EXIT_FAILURE, "cannot wait for connections");
    }
    if (!is_local || loop == loops) {
        listen_with(loop, where);
    }
}

// Where to listen: an address of TCP, or a Unix socket with an abstract name, exactly as long as
// its text, which has no file and is gone with the server.
static const struct addrinfo* find_place(const char* address, const char* port) {
    static struct sockaddr_un name = {.sun_family = AF_UNIX};
    static struct addrinfo local = {.ai_family = AF_UNIX, .ai_addr = (struct sockaddr*)&name};
    if (is_local) {
        const int length =
            snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "volley/%s/%s", transport, port);
        local.ai_socktype = keeps_boundaries ? SOCK_SEQPACKET : SOCK_STREAM;
        local.ai_addrlen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
        return &local;
    }
    struct addrinfo* where = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    if (getaddrinfo(address, port, &hints, &where) != 0) {
        errx(EXIT_FAILURE, "-b %s is no IPv4 or IPv6 address", address);
    }
    return where;
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
    const char *address = "127.0.0.1", *port = NULL;
    for (int flag; (flag = getopt(argc, argv, ":p:b:t:m:")) != -1;) {  // ':' no messages of its own
        if (flag == 'p') {
            parse_number('p', port = optarg, 65535);
        } else if (flag == 'b') {
            address = optarg;
        } else if (flag == 't') {
            transport = optarg;
            keeps_boundaries = strcmp(optarg, "unix-seqpacket") == 0;
            is_local = keeps_boundaries || strcmp(optarg, "unix") == 0;
            if (!is_local && strcmp(optarg, "tcp") != 0) {
                errx(EXIT_FAILURE, "-t %s is not tcp, unix or unix-seqpacket", optarg);
            }
        } else if (flag == 'm') {
            message_bytes = parse_number('m', optarg, largest_message_bytes);
        } else {
            errx(EXIT_FAILURE, "flag -%c is unknown or lacks its value", optopt);
        }
    }
    if (port == NULL || optind < argc) {
        errx(EXIT_FAILURE, "usage: c-epoll -p PORT [-b ADDRESS] [-t TRANSPORT] [-m BYTES]");
    }
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
    buffer_bytes = message_bytes * (message_bytes < batch_bytes ? batch_bytes / message_bytes : 1);
    // The default action ends all loops at once. Set: a shell starts its jobs with SIGINT ignored.
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    struct rlimit descriptors;  // the usual soft limit is below a thousand connections
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    const struct addrinfo* where = find_place(address, port);
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        err(EXIT_FAILURE, "cannot learn the allowed CPUs");
    }
    for (size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed)) {
            CPU_SET(cpu, &loops[loop_count].cpu);
            open_loop(&loops[loop_count++], where);
        }
    }
    for (unsigned i = 1; i < loop_count; ++i) {  // all are open: none is handed to before it exists
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, &loops[i]) != 0) {
            errx(EXIT_FAILURE, "cannot start a thread for each allowed CPU");
        }
    }
    run(&loops[0]);
}
