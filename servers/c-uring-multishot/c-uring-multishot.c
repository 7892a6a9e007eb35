// c-uring-multishot: io_uring with as few submissions and system calls as it allows.
//
// One submission accepts all connections, and one receives all that a connection ever sends
// (multishot): the kernel takes a buffer from a ring of them for each piece that arrives. Left to
// submit are the replies. A turn collects those of all that has completed, and hands them over in
// the one call that also waits. Sending never waits: a reply that finds room, as nearly all do,
// completes without a word, so that nothing wakes the loop but the next challenges. The recv of a
// client that does not read its replies is cancelled until there is room again.
//
// Sockets are registered with the ring, which saves a look-up each operation. They are not accepted
// into its table ("direct"): where that is full, a connection is accepted and lost, while a limit
// on descriptors leaves it in the queue of the listener.
//
// Needs: Linux 6.1 (IORING_SETUP_DEFER_TASKRUN), liburing 2.3, a C11 compiler, POSIX threads. There
//        is no fallback: c-uring is one. Where io_uring is forbidden (kernel.io_uring_disabled, the
//        seccomp filter of most containers) it says so and ends with status 77.
// Try:   make && taskset -c 0,1 ./c-uring-multishot -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
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
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    challenge_bytes = 4,
    largest_message_bytes = 16 << 20,
    backlog = 4096,        // the kernel cuts it down to net.core.somaxconn
    submissions = 1024,    // more in one turn are submitted in several calls
    completions = 4096,    // more at once are kept by the kernel until there is room
    buffers = 256,         // of a ring, for input; a power of two
    buffer_bytes = 4096,   // a page: the list of them is as long, and aligned like one
    sockets_most = 65536,  // they are all registered, in a table for each ring
    accept_pause_microseconds = 50 * 1000,
    skipped = 77,  // exit status: this machine lacks what the server needs
};

// What has completed. Stands in the lowest bits of the completion's user data, which alignment
// leaves free in the address of the connection.
enum operation { adopting, receiving, sending, cancelling, ending, operations = 7 };

struct connection {
    int socket;
    bool queued;    // in the loop's queue
    bool receives;  // a recv is in the kernel
    bool waits;     // a send is, until there is room, and bytes must stay where they are
    bool ended;     // nothing more will come
    struct connection* next;
    size_t filled, answered;  // bytes received; of these, turned into replies and sent
    unsigned char bytes[];
};

struct loop {
    struct io_uring ring;
    cpu_set_t cpu;
    struct io_uring_buf_ring* input;
    unsigned char* input_bytes;
    struct connection* queue;  // for this turn to look at
};

// Written before the rings begin to turn, only read afterwards.
static size_t message_bytes = challenge_bytes, room;
static struct loop loops[CPU_SETSIZE];
static unsigned loop_count;
static int listener;
static pthread_barrier_t all_enabled;

static struct io_uring_sqe* submission(struct io_uring* ring, enum operation operation,
                                       struct connection* connection) {
    struct io_uring_sqe* entry;
    while ((entry = io_uring_get_sqe(ring)) == NULL) {
        io_uring_submit(ring);
    }
    io_uring_sqe_set_data64(entry, (uintptr_t)connection | operation);
    return entry;
}

// Sends what is answered but for the first bytes. Without waiting, only a failure is reported, and
// the kernel has its copy when the call returns.
static void reply(struct loop* loop, struct connection* connection, size_t sent, bool wait) {
    struct io_uring_sqe* entry = submission(&loop->ring, sending, connection);
    io_uring_prep_send(entry, connection->socket, connection->bytes + sent,
                       connection->answered - sent,
                       MSG_NOSIGNAL | MSG_WAITALL | (wait ? 0 : MSG_DONTWAIT));
    entry->flags = IOSQE_FIXED_FILE | (wait ? 0 : IOSQE_CQE_SKIP_SUCCESS);
    connection->waits = wait;
}

static void look_at_later(struct loop* loop, struct connection* connection) {
    if (!connection->queued) {
        connection->queued = true;
        connection->next = loop->queue;
        loop->queue = connection;
    }
}

static void end(struct loop* loop, struct connection* connection) {
    int none = -1;
    io_uring_register_files_update(&loop->ring, connection->socket, &none, 1);
    close(connection->socket);
    munmap(connection, sizeof *connection + room);
}

// Turns a message into its reply, in place; false where the challenge is zero. The last byte is the
// lowest: the carry runs to the left until a byte does not wrap.
static bool answer(unsigned char* message) {
    const size_t width = MIN(message_bytes, challenge_bytes);
    if (memcmp(message, "\0\0\0", width) == 0) {
        return false;
    }
    for (size_t i = width; i-- > 0 && ++message[i] == 0;) {
    }
    return true;
}

// Not exit: the other loops are at work. The rings would free the port some milliseconds too late.
static void leave(void) {
    shutdown(listener, SHUT_RDWR);
    _exit(EXIT_SUCCESS);
}

// Later in a turn, when all completions of the last turn's replies have been seen, wherever they
// stood among the others: what has not been reported has been sent.
static void look_at(struct loop* loop, struct connection* connection) {
    connection->queued = false;
    if (connection->waits) {
        return;  // its completion comes back
    }
    connection->filled -= connection->answered;
    memmove(connection->bytes, connection->bytes + connection->answered, connection->filled);
    connection->answered = 0;
    unsigned char* message = connection->bytes;
    for (; connection->filled - connection->answered >= message_bytes; message += message_bytes) {
        if (!answer(message)) {
            send(connection->socket, connection->bytes, connection->answered,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
            leave();
        }
        connection->answered += message_bytes;
    }
    if (connection->answered > 0) {
        reply(loop, connection, 0, connection->ended);
    }
    if (!connection->receives && !connection->ended) {
        struct io_uring_sqe* entry = submission(&loop->ring, receiving, connection);
        io_uring_prep_recv_multishot(entry, connection->socket, NULL, 0, 0);
        entry->flags = IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE;
        connection->receives = true;
    } else if (!connection->receives && !connection->waits) {
        end(loop, connection);
    }
}

// Nothing can be sent any more. Its recv, if it has one, notices and ends.
static void give_up(struct loop* loop, struct connection* connection) {
    shutdown(connection->socket, SHUT_RDWR);
    connection->filled = connection->answered = 0;
    connection->ended = true;
    look_at_later(loop, connection);
}

static void give_back(struct loop* loop, unsigned buffer) {
    io_uring_buf_ring_add(loop->input, loop->input_bytes + (size_t)buffer * buffer_bytes,
                          buffer_bytes, (unsigned short)buffer, io_uring_buf_ring_mask(buffers), 0);
    io_uring_buf_ring_advance(loop->input, 1);
}

// Gives the buffer back at once: one that is held for a slow client is one less for all. A recv
// that the kernel has ended (cancelled, or without buffers) is submitted again later in the turn.
static void received(struct loop* loop, struct connection* connection, int result, unsigned flags) {
    if (flags & IORING_CQE_F_BUFFER) {
        const unsigned buffer = flags >> IORING_CQE_BUFFER_SHIFT;
        const size_t size = result > 0 ? (size_t)result : 0;
        if (size > room - connection->filled) {
            give_up(loop, connection);
        } else {
            memcpy(connection->bytes + connection->filled,
                   loop->input_bytes + (size_t)buffer * buffer_bytes, size);
            connection->filled += size;
        }
        give_back(loop, buffer);
    }
    connection->receives = flags & IORING_CQE_F_MORE;
    connection->ended |= result == 0 || (result < 0 && result != -ENOBUFS && result != -ECANCELED);
    look_at_later(loop, connection);
}

// What waited; or there was no room for all of a reply: the rest waits, and nothing is received.
static void sent(struct loop* loop, struct connection* connection, int result) {
    const bool is_lost = result < 0 && result != -EAGAIN && result != -EINTR;
    if (is_lost || connection->waits) {
        connection->waits = false;
        is_lost ? give_up(loop, connection) : look_at_later(loop, connection);
        return;
    }
    reply(loop, connection, result < 0 ? 0 : (size_t)result, true);
    struct io_uring_sqe* entry = submission(&loop->ring, cancelling, NULL);
    io_uring_prep_cancel64(entry, (uintptr_t)connection | receiving, 0);
    entry->flags = IOSQE_CQE_SKIP_SUCCESS;
}

static void adopt(struct loop* loop, int socket) {
    struct connection* connection = mmap(NULL, sizeof *connection + room, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (connection == MAP_FAILED) {
        close(socket);
        return;
    }
    connection->socket = socket;
    io_uring_register_files_update(&loop->ring, (unsigned)socket, &socket, 1);
    look_at_later(loop, connection);  // its recv fails where it could not be registered
}

static void handle(struct loop* loop, const struct io_uring_cqe* completion) {
    const enum operation operation = completion->user_data & operations;
    void* connection = (void*)(uintptr_t)(completion->user_data - operation);
    if (operation == receiving) {
        received(loop, connection, completion->res, completion->flags);
    } else if (operation == sending) {
        sent(loop, connection, completion->res);
    } else if (operation == adopting) {
        adopt(loop, completion->res);
    }
}

// The ring is disabled until the thread that alone will submit to it enables it.
static void set_up(struct loop* loop) {
    struct io_uring_params parameters = {.cq_entries = completions};
    parameters.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_R_DISABLED |
                       IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    const int result = io_uring_queue_init_params(submissions, &loop->ring, &parameters);
    if (result < 0) {
        errx(skipped, "skipped: no io_uring that is new enough: %s", strerror(-result));
    }
    loop->input = aligned_alloc(buffer_bytes, buffers * sizeof(struct io_uring_buf));
    loop->input_bytes = malloc(buffers * buffer_bytes);
    struct io_uring_buf_reg list = {.ring_addr = (uintptr_t)loop->input, .ring_entries = buffers};
    if (loop->input == NULL || loop->input_bytes == NULL ||
        io_uring_register_buf_ring(&loop->ring, &list, 0) != 0 ||
        io_uring_register_files_sparse(&loop->ring, (unsigned)getdtablesize()) != 0) {
        errx(EXIT_FAILURE, "cannot register %d buffers and a table of sockets", buffers);
    }
    io_uring_buf_ring_init(loop->input);
    for (unsigned i = 0; i < buffers; ++i) {
        give_back(loop, i);
    }
}

static void* run(void* argument) {
    struct loop* loop = argument;
    pthread_setaffinity_np(pthread_self(), sizeof loop->cpu, &loop->cpu);
    // From now on it is this thread's. (liburing 2.3 lacks io_uring_enable_rings.)
    io_uring_register(loop->ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
    io_uring_register_ring_fd(&loop->ring);  // saves a look-up a call; works without
    pthread_barrier_wait(&all_enabled);      // before the first message from the ring that accepts
    for (;;) {
        do {  // again where the kernel was short of memory: all replies must be with it
            const int result = io_uring_submit_and_wait(&loop->ring, 1);
            if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY) {
                errx(EXIT_FAILURE, "the ring has failed: %s", strerror(-result));
            }
        } while (io_uring_sq_ready(&loop->ring) > 0);
        // Also what the kernel had to keep: look_at must know of each reply that was not sent.
        struct io_uring_cqe* completion;
        while (io_uring_peek_cqe(&loop->ring, &completion) == 0) {
            handle(loop, completion);
            io_uring_cqe_seen(&loop->ring, completion);
        }
        while (loop->queue != NULL) {
            struct connection* connection = loop->queue;
            loop->queue = connection->next;
            look_at(loop, connection);
        }
    }
}

static void listen_on(const struct addrinfo* where) {
    const int on = 1;
    listener = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // TCP_NODELAY: no reply waits for an acknowledgement; accepted connections inherit it on Linux.
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(listener, where->ai_addr, where->ai_addrlen) != 0 || listen(listener, backlog) != 0) {
        err(EXIT_FAILURE, "cannot listen on this address and port");
    }
}

// A message from ring to ring hands each connection to the loop whose turn it is. Without a
// descriptor to spare, accepting pauses: those that exist come first.
static void deal_out(const sigset_t* signals) {
    static struct io_uring ring;
    if (io_uring_queue_init(submissions, &ring, 0) < 0) {
        errx(EXIT_FAILURE, "cannot make a ring that accepts");
    }
    io_uring_prep_poll_add(submission(&ring, ending, NULL), signalfd(-1, signals, 0), POLLIN);
    bool accepts = false;
    for (unsigned turn = 0;;) {
        if (!accepts) {
            io_uring_prep_multishot_accept(submission(&ring, adopting, NULL), listener, NULL, NULL,
                                           SOCK_CLOEXEC);
        }
        io_uring_submit_and_wait(&ring, 1);
        struct io_uring_cqe* completion;
        while (io_uring_peek_cqe(&ring, &completion) == 0) {
            const int socket = completion->res;
            if (completion->user_data == ending) {
                leave();
            }
            accepts = completion->flags & IORING_CQE_F_MORE;
            io_uring_cqe_seen(&ring, completion);
            if (socket >= 0) {
                const int to = loops[turn++ % loop_count].ring.ring_fd;
                struct io_uring_sqe* entry = submission(&ring, adopting, NULL);
                io_uring_prep_msg_ring(entry, to, (unsigned)socket, adopting, 0);
                entry->flags = IOSQE_CQE_SKIP_SUCCESS;
            } else if (socket != -ECONNABORTED) {
                usleep(accept_pause_microseconds);
            }
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
        errx(EXIT_FAILURE, "usage: c-uring-multishot -p PORT [-b ADDRESS] [-m BYTES]");
    }
    // A part of a message, and what comes before a recv is cancelled; what is not used costs
    // nothing.
    room = message_bytes + 3 * (size_t)buffers * buffer_bytes;
    struct rlimit descriptors;  // the usual soft limit is below a thousand connections
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = MIN(descriptors.rlim_max, sockets_most);
    setrlimit(RLIMIT_NOFILE, &descriptors);
    struct addrinfo* where = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    if (getaddrinfo(address, port, &hints, &where) != 0) {
        errx(EXIT_FAILURE, "-b %s is no IPv4 or IPv6 address", address);
    }
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 ||
        pthread_barrier_init(&all_enabled, NULL, (unsigned)CPU_COUNT(&allowed) + 1) != 0) {
        err(EXIT_FAILURE, "cannot learn the allowed CPUs");
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
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
    listen_on(where);
    pthread_barrier_wait(&all_enabled);
    deal_out(&signals);
}
