// c-uring: io_uring, one ring for each CPU that the process may run on, one submission an
// operation.
//
// Instead of a call a step, each step is an entry in a queue that is shared with the kernel, and
// one io_uring_enter hands over all new entries and waits for what completes. A reply and the next
// recv are linked: the recv starts where the send has succeeded, and the send reports failures
// only. So a round trip costs one system call where one client plays, and less where several are
// ready at once. Accepting is no part of a round trip: the main thread does it.
//
// IORING_SETUP_DEFER_TASKRUN keeps completions from interrupting the thread: they are made in the
// call that waits for them. It and its companion need Linux 6.1; before that the ring is set up
// with what the kernel knows.
//
// Needs: Linux 5.19 (IORING_RECVSEND_POLL_FIRST), liburing 2.3, a C11 compiler, POSIX threads.
//        Where io_uring is forbidden (kernel.io_uring_disabled, the seccomp filter of most
//        containers) it says so and ends with status 77.
// Try:   make && taskset -c 0,1 ./c-uring -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    challenge_bytes = 4,
    largest_message_bytes = 16 << 20,
    batch_bytes = 4096,  // what one recv may bring of small messages: a page
    backlog = 4096,      // the kernel cuts it down to net.core.somaxconn
    submissions = 1024,  // more in one turn are submitted in several calls
    completions = 4096,  // more at once are kept by the kernel until there is room
    accept_pause_microseconds = 50 * 1000,
    skipped = 77,    // exit status: this machine lacks what the server needs
    failed_send = 1  // in the user data of a completion, beside the connection's address
};

struct connection {
    int socket;
    size_t filled;    // bytes received
    size_t answered;  // of these, turned into replies
    unsigned char bytes[];
};

struct loop {
    struct io_uring ring;
    cpu_set_t cpu;
    int dealt[2];  // a pipe: the connections that it is dealt
};

// Written before the rings begin to turn, only read afterwards.
static size_t message_bytes = challenge_bytes, buffer_bytes;
static struct loop loops[CPU_SETSIZE];
static unsigned loop_count;

// Makes room for so many entries. A link ends with the call that submits it, so that its two
// entries must not be parted.
static void reserve(struct loop* loop, unsigned entries) {
    while (io_uring_sq_space_left(&loop->ring) < entries) {
        io_uring_submit(&loop->ring);
    }
}

// Polls first: a client that plays has nothing more to say before it has its reply.
static void receive(struct loop* loop, struct connection* connection) {
    reserve(loop, 1);
    struct io_uring_sqe* entry = io_uring_get_sqe(&loop->ring);
    io_uring_prep_recv(entry, connection->socket, connection->bytes + connection->filled,
                       buffer_bytes - connection->filled, 0);
    entry->ioprio = IORING_RECVSEND_POLL_FIRST;
    io_uring_sqe_set_data(entry, connection);
}

// Sends what has been answered since, all of it (MSG_WAITALL) when there is room, and then
// receives. What is received goes behind a part of a message, or to the front where there is none:
// the buffer is as long as a number of messages, so that there is room until a part is whole.
static void reply(struct loop* loop, struct connection* connection, size_t since) {
    reserve(loop, 2);
    struct io_uring_sqe* entry = io_uring_get_sqe(&loop->ring);
    io_uring_prep_send(entry, connection->socket, connection->bytes + since,
                       connection->answered - since, MSG_NOSIGNAL | MSG_WAITALL);
    io_uring_sqe_set_flags(entry, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS);
    io_uring_sqe_set_data64(entry, (uintptr_t)connection | failed_send);
    if (connection->answered == connection->filled) {
        connection->filled = connection->answered = 0;
    }
    receive(loop, connection);
}

static void end(struct connection* connection) {
    close(connection->socket);
    free(connection);
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

static void received(struct loop* loop, struct connection* connection, int result) {
    if (result <= 0 && result != -EINTR && result != -EAGAIN) {
        end(connection);
        return;
    }
    const size_t since = connection->answered;
    connection->filled += result < 0 ? 0 : (size_t)result;
    while (connection->filled - connection->answered >= message_bytes) {
        if (!answer(connection->bytes + connection->answered)) {
            send(connection->socket, connection->bytes + since, connection->answered - since,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
            _exit(EXIT_SUCCESS);  // not exit: the other loops are still at work
        }
        connection->answered += message_bytes;
    }
    if (connection->answered > since) {
        reply(loop, connection, since);
    } else {
        receive(loop, connection);
    }
}

static void await_connection(struct loop* loop) {
    reserve(loop, 1);
    struct io_uring_sqe* entry = io_uring_get_sqe(&loop->ring);
    io_uring_prep_poll_add(entry, loop->dealt[0], POLLIN);
    io_uring_sqe_set_data(entry, NULL);
}

static void adopt(struct loop* loop) {
    int socket = -1;
    struct connection* connection = malloc(sizeof *connection + buffer_bytes);
    if (read(loop->dealt[0], &socket, sizeof socket) > 0 && connection != NULL) {
        *connection = (struct connection){.socket = socket};
        receive(loop, connection);
    } else {
        close(socket);
        free(connection);
    }
    await_connection(loop);
}

static void handle(struct loop* loop, uint64_t data, int result) {
    if (data == 0) {
        adopt(loop);
    } else if (data & failed_send) {  // and its recv with it: nothing else of it is reported
        end((struct connection*)(uintptr_t)(data - failed_send));
    } else {
        received(loop, (struct connection*)(uintptr_t)data, result);
    }
}

// A ring with as much of what makes it fast as the kernel knows. It is disabled until the thread
// that alone will submit to it enables it.
static void set_up(struct loop* loop) {
    static const unsigned fastest_first[] = {
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN, 0};
    int result = -EINVAL;
    for (unsigned i = 0; i < 3 && result == -EINVAL; ++i) {
        struct io_uring_params parameters = {.cq_entries = completions};
        parameters.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_R_DISABLED |
                           fastest_first[i];
        result = io_uring_queue_init_params(submissions, &loop->ring, &parameters);
    }
    if (result < 0) {
        errx(skipped, "skipped: no io_uring: %s", strerror(-result));
    }
    if (pipe2(loop->dealt, O_CLOEXEC) != 0) {
        err(EXIT_FAILURE, "cannot make a pipe for each allowed CPU");
    }
}

static void* run(void* argument) {
    struct loop* loop = argument;
    pthread_setaffinity_np(pthread_self(), sizeof loop->cpu, &loop->cpu);
    // From now on it is this thread's. (liburing 2.3 lacks io_uring_enable_rings.)
    io_uring_register(loop->ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
    io_uring_register_ring_fd(&loop->ring);  // saves a look-up a call; works without
    await_connection(loop);
    for (;;) {
        const int result = io_uring_submit_and_wait(&loop->ring, 1);
        if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY) {
            errx(EXIT_FAILURE, "the ring has failed: %s", strerror(-result));
        }
        struct io_uring_cqe* completion;
        unsigned head, count = 0;
        io_uring_for_each_cqe(&loop->ring, head, completion) {
            handle(loop, completion->user_data, completion->res);
            ++count;
        }
        io_uring_cq_advance(&loop->ring, count);
    }
}

static int listen_on(const struct addrinfo* where) {
    const int on = 1;
    const int listener = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // TCP_NODELAY: no reply waits for an acknowledgement; accepted connections inherit it on Linux.
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(listener, where->ai_addr, where->ai_addrlen) != 0 || listen(listener, backlog) != 0) {
        err(EXIT_FAILURE, "cannot listen on this address and port");
    }
    return listener;
}

// The rings never differ by more than one connection accepted. Without a descriptor to spare,
// accept would fail again at once: those that exist come first, for a moment.
static void deal_out(int listener) {
    for (unsigned turn = 0;;) {
        const int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket >= 0) {
            if (write(loops[turn++ % loop_count].dealt[1], &socket, sizeof socket) < 0) {
                close(socket);
            }
        } else if (errno != ECONNABORTED && errno != EINTR) {
            usleep(accept_pause_microseconds);
        }
    }
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
    for (int flag; (flag = getopt(argc, argv, ":p:b:m:")) != -1;) {  // ':' no messages of its own
        if (flag == 'p') {
            parse_number('p', port = optarg, 65535);
        } else if (flag == 'b') {
            address = optarg;
        } else if (flag == 'm') {
            message_bytes = parse_number('m', optarg, largest_message_bytes);
        } else {
            errx(EXIT_FAILURE, "flag -%c is unknown or lacks its value", optopt);
        }
    }
    if (port == NULL || optind < argc) {
        errx(EXIT_FAILURE, "usage: c-uring -p PORT [-b ADDRESS] [-m BYTES]");
    }
    buffer_bytes = message_bytes * (message_bytes < batch_bytes ? batch_bytes / message_bytes : 1);
    struct rlimit descriptors;  // the usual soft limit is below a thousand connections
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    struct addrinfo* where = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    if (getaddrinfo(address, port, &hints, &where) != 0) {
        errx(EXIT_FAILURE, "-b %s is no IPv4 or IPv6 address", address);
    }
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        err(EXIT_FAILURE, "cannot learn the allowed CPUs");
    }
    signal(SIGINT, SIG_DFL);  // a shell starts its background jobs with SIGINT ignored
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed)) {
            struct loop* loop = &loops[loop_count++];
            CPU_SET(cpu, &loop->cpu);
            set_up(loop);
            pthread_t thread;
            if (pthread_create(&thread, NULL, run, loop) != 0) {
                errx(EXIT_FAILURE, "cannot start a thread for each allowed CPU");
            }
        }
    }
    deal_out(listen_on(where));
}
