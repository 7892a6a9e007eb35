// c-uring-sqpoll: c-uring, but a thread of the kernel takes what is submitted (SQPOLL).
//
// What is submitted needs no system call: the kernel's thread, one for each ring, looks into the
// queue again and again, and does the work. The loop makes a call only where nothing has completed,
// to sleep.
//
// The price is a CPU that is never idle while anything is going on. The kernel's thread spins until
// it has found nothing for sq_thread_idle, 1 ms here, which the kernel rounds up to its ticks (4 ms
// each at 250 Hz): then it sleeps, the next submission has to wake it with a call, and it spins
// again. So an idle server costs nothing, one that plays continuously a whole CPU, and one that is
// asked now and then some milliseconds of CPU each time, a hundred times what c-epoll needs. What
// it buys where CPUs go to sleep when they are idle: a CPU that spins is awake when the next
// challenge comes.
//
// Loop and kernel thread share the CPU of their ring and take turns: a server gets the CPUs that it
// is allowed, and without IORING_SETUP_SQ_AFF the kernel would take others. More than one CPU a
// ring would show the technique at its best, and be unfair to the others.
//
// The rest is as in c-uring, its messages between rings and its linked recv included.
//
// Needs: Linux 5.19 (messages between rings, IORING_RECVSEND_POLL_FIRST; a thread of the kernel
//        without privileges is of 5.11), liburing 2.3, a C11 compiler, POSIX threads. There is no
//        fallback: c-uring is one. Where io_uring is forbidden (kernel.io_uring_disabled, the
//        seccomp filter of most containers) it says so and ends with status 77.
// Try:   make && taskset -c 0,1 ./c-uring-sqpoll -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <liburing.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    challenge_bytes = 4,
    largest_message_bytes = 16 << 20,
    batch_bytes = 4096,     // what one recv may bring of small messages: a page
    backlog = 4096,         // the kernel cuts it down to net.core.somaxconn
    submissions = 1024,     // more in one turn are submitted in several calls
    completions = 4096,     // more at once are kept by the kernel until there is room
    idle_milliseconds = 1,  // how long the kernel's thread looks in vain before it sleeps
    skipped = 77,           // exit status: this machine lacks what the server needs
};

// What has completed. Stands in the lowest bits of the completion's user data, which the alignment
// of malloc leaves free in the address of the connection.
enum operation { accepting, pausing, adopting, handing_over, receiving, sending };
enum { operations = 7, operation_step = 8 };

struct connection {
    int socket;
    size_t filled;    // bytes received
    size_t answered;  // of these, turned into replies that are being sent
    unsigned char bytes[];
};

struct loop {
    struct io_uring ring;
    int listener;
    cpu_set_t cpu;
};

// Written before the rings begin to turn, only read afterwards.
static size_t message_bytes = challenge_bytes, buffer_bytes;
static struct loop loops[CPU_SETSIZE];
static unsigned loop_count;

// Whose turn it is to get a connection. Relaxed: it orders nothing but itself.
static atomic_uint turn;

// Makes room for so many entries. A link ends with the call that submits it, so that its two
// entries must not be parted.
static void reserve(struct loop* loop, unsigned entries) {
    while (io_uring_sq_space_left(&loop->ring) < entries) {
        io_uring_submit(&loop->ring);
        io_uring_sqring_wait(&loop->ring);  // until the kernel's thread has taken some
    }
}

static void label(struct io_uring_sqe* entry, enum operation operation, void* connection) {
    io_uring_sqe_set_data64(entry, (uintptr_t)connection | operation);
}

static void accept_one(struct loop* loop) {
    reserve(loop, 1);
    struct io_uring_sqe* entry = io_uring_get_sqe(&loop->ring);
    io_uring_prep_accept(entry, loop->listener, NULL, NULL, SOCK_CLOEXEC);
    label(entry, accepting, NULL);
}

// Polls first: a client that plays has nothing more to say before it has its reply.
static void receive(struct loop* loop, struct connection* connection) {
    reserve(loop, 1);
    struct io_uring_sqe* entry = io_uring_get_sqe(&loop->ring);
    io_uring_prep_recv(entry, connection->socket, connection->bytes + connection->filled,
                       buffer_bytes - connection->filled, 0);
    entry->ioprio = IORING_RECVSEND_POLL_FIRST;
    label(entry, receiving, connection);
}

// Sends what is answered, all of it (MSG_WAITALL) when there is room. Where a part of a message is
// behind it, that has to move to the front first, and the completion does it; usually there is
// none.
static void reply(struct loop* loop, struct connection* connection) {
    reserve(loop, 2);
    struct io_uring_sqe* entry = io_uring_get_sqe(&loop->ring);
    io_uring_prep_send(entry, connection->socket, connection->bytes, connection->answered,
                       MSG_NOSIGNAL | MSG_WAITALL);
    label(entry, sending, connection);
    if (connection->answered == connection->filled) {
        io_uring_sqe_set_flags(entry, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS);
        connection->filled = connection->answered = 0;
        receive(loop, connection);
    }
}

static void end(struct connection* connection) {
    close(connection->socket);
    free(connection);
}

// What completes after the end holds the listeners for some milliseconds; a shutdown frees the port
// for the next server now. Not exit: the other loops are still at work.
static void leave(int signal_number) {
    for (unsigned i = 0; i < loop_count; ++i) {
        shutdown(loops[i].listener, SHUT_RDWR);
    }
    _exit(signal_number == 0 ? EXIT_SUCCESS : 128 + signal_number);
}

// Signals have a thread of their own, and are blocked in the others.
static void* wait_for_signals(void* signals) {
    int number = 0;
    sigwait(signals, &number);
    leave(number);
    return NULL;
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
    connection->filled += result < 0 ? 0 : (size_t)result;
    while (connection->filled - connection->answered >= message_bytes) {
        if (!answer(connection->bytes + connection->answered)) {
            send(connection->socket, connection->bytes, connection->answered,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
            leave(0);
        }
        connection->answered += message_bytes;
    }
    if (connection->answered > 0) {
        reply(loop, connection);
    } else {
        receive(loop, connection);
    }
}

// A send that was linked reports only that it failed, and nothing is answered then; the kernel
// drops the recv behind it without a word.
static void sent(struct loop* loop, struct connection* connection, int result) {
    if (result <= 0 || (size_t)result != connection->answered) {
        end(connection);
        return;
    }
    connection->filled -= connection->answered;
    memmove(connection->bytes, connection->bytes + connection->answered, connection->filled);
    connection->answered = 0;
    receive(loop, connection);
}

static void adopt(struct loop* loop, int socket) {
    struct connection* connection = malloc(sizeof *connection + buffer_bytes);
    if (connection == NULL) {
        close(socket);
        return;
    }
    *connection = (struct connection){.socket = socket};
    receive(loop, connection);
}

static void accepted(struct loop* loop, int result) {
    static struct __kernel_timespec pause = {.tv_nsec = 250 * 1000 * 1000};
    if (result >= 0 || result == -ECONNABORTED || result == -EINTR || result == -EAGAIN) {
        accept_one(loop);
    } else {  // no descriptor to spare: each attempt costs the kernel's thread some ms until it
              // sleeps
        reserve(loop, 1);
        struct io_uring_sqe* entry = io_uring_get_sqe(&loop->ring);
        io_uring_prep_timeout(entry, &pause, 0, 0);
        label(entry, pausing, NULL);
    }
    if (result < 0) {
        return;
    }
    const unsigned next = atomic_fetch_add_explicit(&turn, 1, memory_order_relaxed) % loop_count;
    if (loop == &loops[next]) {
        adopt(loop, result);
        return;
    }
    reserve(loop, 1);
    struct io_uring_sqe* entry = io_uring_get_sqe(&loop->ring);
    io_uring_prep_msg_ring(entry, loops[next].ring.ring_fd, (unsigned)result, adopting, 0);
    io_uring_sqe_set_flags(entry, IOSQE_CQE_SKIP_SUCCESS);
    io_uring_sqe_set_data64(entry, (uint64_t)result * operation_step | handing_over);
}

static void handle(struct loop* loop, uint64_t data, int result) {
    const enum operation operation = data & operations;
    struct connection* connection = (struct connection*)(uintptr_t)(data - operation);
    if (operation == accepting) {
        accepted(loop, result);
    } else if (operation == pausing) {
        accept_one(loop);
    } else if (operation == receiving) {
        received(loop, connection, result);
    } else if (operation == sending) {
        sent(loop, connection, result);
    } else if (operation == adopting) {  // from another ring
        adopt(loop, result);
    } else {  // handed over in vain, nothing else is reported: it stays here
        adopt(loop, (int)(data / operation_step));
    }
}

// A ring with a thread of the kernel that looks for submissions. Pinned like the loop: the kernel
// would let it run on any CPU of the machine, allowed or not.
static void set_up(struct loop* loop, unsigned cpu) {
    struct io_uring_params parameters = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL |
                                                  IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF,
                                         .cq_entries = completions,
                                         .sq_thread_cpu = cpu,
                                         .sq_thread_idle = idle_milliseconds};
    const int result = io_uring_queue_init_params(submissions, &loop->ring, &parameters);
    if (result < 0) {
        errno = -result;
        err(skipped, "skipped: this machine offers no io_uring with a thread of the kernel");
    }
}

static void* run(void* argument) {
    struct loop* loop = argument;
    pthread_setaffinity_np(pthread_self(), sizeof loop->cpu, &loop->cpu);
    accept_one(loop);
    for (;;) {
        // No call at all where something has completed already and the kernel's thread is awake.
        const int result = io_uring_cq_ready(&loop->ring) > 0
                               ? io_uring_submit(&loop->ring)
                               : io_uring_submit_and_wait(&loop->ring, 1);
        if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY) {
            errno = -result;
            err(EXIT_FAILURE, "the ring has failed");
        }
        struct io_uring_cqe* completion;
        unsigned head, count = 0;
        io_uring_for_each_cqe(&loop->ring, head, completion) {
            handle(loop, completion->user_data, completion->res);
            ++count;
        }
        io_uring_cq_advance(&loop->ring, count);
    }
    return NULL;
}

// The first listener is bound without SO_REUSEPORT and joins the group afterwards: otherwise a
// second server of the same user would share the port instead of being told that it is taken.
static void listen_on(struct loop* loop, const struct addrinfo* where) {
    const int on = 1;
    const bool first = loop == loops;
    loop->listener = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // TCP_NODELAY: no reply waits for an acknowledgement; accepted connections inherit it on Linux.
    if (loop->listener < 0 ||
        setsockopt(loop->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(loop->listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        (!first && setsockopt(loop->listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) ||
        bind(loop->listener, where->ai_addr, where->ai_addrlen) != 0 ||
        (first && setsockopt(loop->listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) ||
        listen(loop->listener, backlog) != 0) {
        err(EXIT_FAILURE, "cannot listen on this address and port");
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
        errx(EXIT_FAILURE, "usage: c-uring-sqpoll -p PORT [-b ADDRESS] [-m BYTES]");
    }
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
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
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed)) {
            CPU_SET(cpu, &loops[loop_count].cpu);
            listen_on(&loops[loop_count], where);
            set_up(&loops[loop_count++], (unsigned)cpu);
        }
    }
    freeaddrinfo(where);
    static sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    signal(SIGINT, SIG_DFL);  // a shell starts its background jobs with SIGINT ignored
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    pthread_t waiting;
    if (pthread_create(&waiting, NULL, wait_for_signals, &signals) != 0) {
        errx(EXIT_FAILURE, "cannot start a thread for signals");
    }
    for (unsigned i = 1; i < loop_count; ++i) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, &loops[i]) != 0) {
            errx(EXIT_FAILURE, "cannot start a thread for each allowed CPU");
        }
    }
    run(&loops[0]);
}
