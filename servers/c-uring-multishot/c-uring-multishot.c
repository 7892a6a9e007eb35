// c-uring-multishot: io_uring with as few submissions and system calls as it allows.
//
// One submission accepts all connections of a ring, and one receives all that a connection ever
// sends (multishot): the kernel takes a buffer from a ring of them for each piece that arrives.
// What is left to submit are the replies. A turn looks at all that has completed, collects the
// replies, and hands them over in the one call that also waits. Sending never waits: a reply that
// finds room, as nearly all do, completes without a word, so that nothing wakes the loop but the
// next challenges.
//
// A client that does not read its replies gets a send that waits for room, and once a buffer full
// of challenges has piled up its recv is cancelled until then. What arrives in the meantime is at
// most what the ring of buffers holds, so nothing grows without limit.
//
// Sockets are registered with the ring, which saves a look-up each operation. They are not accepted
// into its table ("direct"): where that is full, a connection is accepted and lost, while a limit
// on descriptors leaves it in the queue of the listener until another is closed.
//
// SO_REUSEPORT alone spreads badly where connections are few: the kernel chooses the listener by a
// hash of the addresses. So the ring that accepts a connection sends it, in a message from ring to
// ring, to the one whose turn it is: the rings never differ by more than one connection accepted.
//
// Needs: Linux 6.1 (multishot recv is of 6.0, IORING_SETUP_DEFER_TASKRUN of 6.1), liburing 2.3, a
//        C11 compiler, POSIX threads. There is no fallback: c-uring is one. Where io_uring is
//        forbidden (kernel.io_uring_disabled, the seccomp filter of most containers) it says so and
//        ends with status 77.
// Try:   make && taskset -c 0,1 ./c-uring-multishot -p 4000 &
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
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    challenge_bytes = 4,
    largest_message_bytes = 16 << 20,
    batch_bytes = 4096,  // of small messages that may pile up before the client has to read
    backlog = 4096,      // the kernel cuts it down to net.core.somaxconn
    submissions = 1024,  // more in one turn are submitted in several calls
    completions = 4096,  // more at once are kept by the kernel until there is room
    buffers = 256,       // of a ring, for input; a power of two
    least_buffer_bytes = 1024,
    largest_buffer_bytes = 65536,
    sockets_most = 65536,  // they are all registered, in a table for each ring
    skipped = 77,          // exit status: this machine lacks what the server needs
};

// What has completed. Stands in the lowest bits of the completion's user data, which the alignment
// of malloc leaves free in the address of the connection.
enum operation {
    accepting,
    pausing,
    adopting,
    handing_over,
    receiving,
    replying,
    sending,
    cancelling
};
enum { operations = 7, operation_step = 8 };

struct connection {
    int socket;
    bool queued;     // in the list of those that this turn has to look at
    bool receives;   // a recv is in the kernel
    bool cancelled;  // and shall end
    bool sends;      // a send waits for room, and bytes must stay where they are
    bool ended;      // nothing more will come
    struct connection* next;
    size_t filled;    // bytes received
    size_t answered;  // of these, turned into replies and handed to the kernel
    size_t capacity;
    unsigned char* bytes;
};

struct loop {
    struct io_uring ring;
    int listener;
    cpu_set_t cpu;
    struct io_uring_buf_ring* input;
    unsigned char* input_bytes;
    struct connection *first, **last;  // those that this turn has to look at
};

// Written before the rings begin to turn, only read afterwards.
static size_t message_bytes = challenge_bytes, pile_bytes, buffer_bytes;
static rlim_t sockets;
static struct loop loops[CPU_SETSIZE];
static unsigned loop_count;

// Whose turn it is to get a connection. Relaxed: it orders nothing but itself.
static atomic_uint turn;

static struct io_uring_sqe* submission(struct loop* loop) {
    struct io_uring_sqe* entry;
    while ((entry = io_uring_get_sqe(&loop->ring)) == NULL) {
        io_uring_submit(&loop->ring);
    }
    return entry;
}

static void label(struct io_uring_sqe* entry, enum operation operation, void* connection) {
    io_uring_sqe_set_data64(entry, (uintptr_t)connection | operation);
}

static void accept_all(struct loop* loop) {
    struct io_uring_sqe* entry = submission(loop);
    io_uring_prep_multishot_accept(entry, loop->listener, NULL, NULL, SOCK_CLOEXEC);
    label(entry, accepting, NULL);
}

static void receive(struct loop* loop, struct connection* connection) {
    struct io_uring_sqe* entry = submission(loop);
    io_uring_prep_recv_multishot(entry, connection->socket, NULL, 0, 0);
    entry->flags = IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE;
    entry->buf_group = 0;
    label(entry, receiving, connection);
    connection->receives = true;
    connection->cancelled = false;
}

static void cancel_receive(struct loop* loop, struct connection* connection) {
    struct io_uring_sqe* entry = submission(loop);
    io_uring_prep_cancel64(entry, (uintptr_t)connection | receiving, 0);
    entry->flags = IOSQE_CQE_SKIP_SUCCESS;
    label(entry, cancelling, NULL);
    connection->cancelled = true;
}

// Sends what is answered but for the first bytes. Without waiting, only a failure is reported, and
// the kernel has its copy when the call returns; with it, each completion is, and it is in one
// piece (MSG_WAITALL).
static void reply(struct loop* loop, struct connection* connection, size_t sent, bool wait) {
    struct io_uring_sqe* entry = submission(loop);
    io_uring_prep_send(entry, connection->socket, connection->bytes + sent,
                       connection->answered - sent,
                       MSG_NOSIGNAL | MSG_WAITALL | (wait ? 0 : MSG_DONTWAIT));
    entry->flags = IOSQE_FIXED_FILE | (wait ? 0 : IOSQE_CQE_SKIP_SUCCESS);
    label(entry, wait ? sending : replying, connection);
    connection->sends = wait;
}

static void look_at_later(struct loop* loop, struct connection* connection) {
    if (!connection->queued) {
        connection->queued = true;
        connection->next = NULL;
        *loop->last = connection;
        loop->last = &connection->next;
    }
}

static void end(struct loop* loop, struct connection* connection) {
    int none = -1;
    io_uring_register_files_update(&loop->ring, connection->socket, &none, 1);
    close(connection->socket);
    free(connection->bytes);
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

// The second half of a turn. All completions of the last turn's replies have been seen before,
// wherever they stood among the others: what has not been reported has been sent.
static void look_at(struct loop* loop, struct connection* connection) {
    connection->queued = false;
    if (connection->sends) {
        return;  // its completion comes back
    }
    if (connection->answered > 0) {
        connection->filled -= connection->answered;
        memmove(connection->bytes, connection->bytes + connection->answered, connection->filled);
        connection->answered = 0;
    }
    while (connection->filled - connection->answered >= message_bytes) {
        if (!answer(connection->bytes + connection->answered)) {
            send(connection->socket, connection->bytes, connection->answered,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
            leave(0);
        }
        connection->answered += message_bytes;
    }
    if (connection->answered > 0) {
        reply(loop, connection, 0, connection->ended);
    }
    if (!connection->receives && !connection->ended) {
        receive(loop, connection);
    } else if (!connection->receives && !connection->sends) {
        end(loop, connection);
    }
}

// Nothing can be sent any more. Its recv, if it has one, notices and ends.
static void give_up(struct connection* connection) {
    shutdown(connection->socket, SHUT_RDWR);
    connection->filled = connection->answered = 0;
    connection->ended = true;
}

// Makes room for so much more; false where it cannot.
static bool grow(struct connection* connection, size_t size) {
    if (connection->capacity - connection->filled >= size) {
        return true;
    }
    const size_t capacity = connection->filled + size + pile_bytes;
    unsigned char* bytes = connection->sends ? NULL : realloc(connection->bytes, capacity);
    if (bytes != NULL) {
        connection->bytes = bytes;
        connection->capacity = capacity;
    }
    return bytes != NULL;
}

// Copies what has come behind what is there, and gives the buffer back at once: one that is held
// for a slow client is one less for all.
static void take(struct loop* loop, struct connection* connection, unsigned short buffer,
                 size_t size) {
    unsigned char* from = loop->input_bytes + buffer * buffer_bytes;
    if (grow(connection, size)) {
        memcpy(connection->bytes + connection->filled, from, size);
        connection->filled += size;
    } else {
        give_up(connection);
    }
    io_uring_buf_ring_add(loop->input, from, (unsigned)buffer_bytes, buffer,
                          io_uring_buf_ring_mask(buffers), 0);
    io_uring_buf_ring_advance(loop->input, 1);
}

// A recv that the kernel has ended (it was cancelled, or the buffers were used up, and are back by
// now) is submitted again in the second half of the turn.
static void received(struct loop* loop, struct connection* connection, int result, unsigned flags) {
    if (flags & IORING_CQE_F_BUFFER) {
        take(loop, connection, (unsigned short)(flags >> IORING_CQE_BUFFER_SHIFT),
             result > 0 ? (size_t)result : 0);
    }
    connection->receives = flags & IORING_CQE_F_MORE;
    connection->ended |= result == 0 || (result < 0 && result != -ENOBUFS && result != -ECANCELED);
    if (connection->receives && connection->sends && !connection->cancelled &&
        connection->filled >= pile_bytes) {
        cancel_receive(loop, connection);
    }
    look_at_later(loop, connection);
}

// A reply that did not wait found no room for all of it. The bytes may not move from now on, so
// there has to be room for what can come before a cancelled recv has ended.
static void not_sent(struct loop* loop, struct connection* connection, int result) {
    if ((result < 0 && result != -EAGAIN && result != -EINTR) ||
        !grow(connection, pile_bytes + buffers * buffer_bytes)) {
        give_up(connection);
        look_at_later(loop, connection);
    } else {
        reply(loop, connection, result < 0 ? 0 : (size_t)result, true);
    }
}

static void sent(struct loop* loop, struct connection* connection, int result) {
    connection->sends = false;
    if (result < 0) {
        give_up(connection);
    }
    look_at_later(loop, connection);
}

static void adopt(struct loop* loop, int socket) {
    struct connection* connection = malloc(sizeof *connection);
    if (connection == NULL ||
        io_uring_register_files_update(&loop->ring, (unsigned)socket, &socket, 1) != 1) {
        close(socket);
        free(connection);
        return;
    }
    *connection = (struct connection){.socket = socket};
    receive(loop, connection);
}

static void accepted(struct loop* loop, int result, unsigned flags) {
    static struct __kernel_timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    if (!(flags & IORING_CQE_F_MORE) && (result >= 0 || result == -ECONNABORTED)) {
        accept_all(loop);
    } else if (result < 0) {  // no descriptor to spare: those that exist come first, for a moment
        struct io_uring_sqe* entry = submission(loop);
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
    struct io_uring_sqe* entry = submission(loop);
    io_uring_prep_msg_ring(entry, loops[next].ring.ring_fd, (unsigned)result, adopting, 0);
    entry->flags = IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(entry, (uint64_t)result * operation_step | handing_over);
}

static void handle(struct loop* loop, const struct io_uring_cqe* completion) {
    const enum operation operation = completion->user_data & operations;
    struct connection* connection =
        (struct connection*)(uintptr_t)(completion->user_data - operation);
    if (operation == receiving) {
        received(loop, connection, completion->res, completion->flags);
    } else if (operation == replying) {
        not_sent(loop, connection, completion->res);
    } else if (operation == sending) {
        sent(loop, connection, completion->res);
    } else if (operation == accepting) {
        accepted(loop, completion->res, completion->flags);
    } else if (operation == pausing) {
        accept_all(loop);
    } else if (operation == adopting) {  // from another ring
        adopt(loop, completion->res);
    } else if (operation == handing_over) {  // in vain, nothing else is reported: it stays here
        adopt(loop, (int)(completion->user_data / operation_step));
    }
}

// A ring that is disabled until the thread that alone will submit to it enables it, its table of
// sockets, and its ring of buffers.
static void set_up(struct loop* loop) {
    struct io_uring_params parameters = {
        .flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_R_DISABLED |
                 IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
        .cq_entries = completions};
    int result = io_uring_queue_init_params(submissions, &loop->ring, &parameters);
    if (result < 0) {
        errno = -result;
        err(skipped, "skipped: this machine offers no io_uring that is new enough");
    }
    const size_t ring_bytes = buffers * sizeof(struct io_uring_buf);
    loop->input = mmap(NULL, ring_bytes + buffers * buffer_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (loop->input == MAP_FAILED) {
        err(EXIT_FAILURE, "no memory for the ring of buffers");
    }
    struct io_uring_buf_reg registration = {.ring_addr = (uintptr_t)loop->input,
                                            .ring_entries = buffers};
    if ((result = io_uring_register_buf_ring(&loop->ring, &registration, 0)) != 0 ||
        (result = io_uring_register_files_sparse(&loop->ring, (unsigned)sockets)) != 0) {
        errno = -result;
        err(EXIT_FAILURE, "cannot register buffers and sockets");
    }
    loop->input_bytes = (unsigned char*)loop->input + ring_bytes;
    io_uring_buf_ring_init(loop->input);
    for (int i = 0; i < buffers; ++i) {
        io_uring_buf_ring_add(loop->input, loop->input_bytes + (size_t)i * buffer_bytes,
                              (unsigned)buffer_bytes, (unsigned short)i,
                              io_uring_buf_ring_mask(buffers), i);
    }
    io_uring_buf_ring_advance(loop->input, buffers);
    loop->last = &loop->first;
}

static void* run(void* argument) {
    struct loop* loop = argument;
    pthread_setaffinity_np(pthread_self(), sizeof loop->cpu, &loop->cpu);
    // From now on it is this thread's. (io_uring_enable_rings is missing from the library of 2.3.)
    io_uring_register(loop->ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
    io_uring_register_ring_fd(&loop->ring);  // saves a look-up a call; works without
    accept_all(loop);
    for (;;) {
        do {  // again where the kernel was short of memory: all replies must be with it
            const int result = io_uring_submit_and_wait(&loop->ring, 1);
            if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY) {
                errno = -result;
                err(EXIT_FAILURE, "the ring has failed");
            }
        } while (io_uring_sq_ready(&loop->ring) > 0);
        unsigned count;
        do {
            struct io_uring_cqe* completion;
            unsigned head;
            count = 0;
            io_uring_for_each_cqe(&loop->ring, head, completion) {
                handle(loop, completion);
                ++count;
            }
            io_uring_cq_advance(&loop->ring, count);
            // What the kernel had to keep may hold a reply that was not sent: look_at must know of
            // it.
        } while (io_uring_cq_has_overflow(&loop->ring) && io_uring_get_events(&loop->ring) >= 0);
        struct connection* connection = loop->first;
        loop->first = NULL;
        loop->last = &loop->first;
        while (connection != NULL) {
            struct connection* next = connection->next;
            look_at(loop, connection);
            connection = next;
        }
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
        errx(EXIT_FAILURE, "usage: c-uring-multishot -p PORT [-b ADDRESS] [-m BYTES]");
    }
    pile_bytes = message_bytes < batch_bytes ? batch_bytes : message_bytes;
    buffer_bytes = message_bytes < least_buffer_bytes ? least_buffer_bytes : message_bytes;
    buffer_bytes = buffer_bytes > largest_buffer_bytes ? largest_buffer_bytes : buffer_bytes;
    struct rlimit descriptors;  // the usual soft limit is below a thousand connections
    getrlimit(RLIMIT_NOFILE, &descriptors);
    sockets = descriptors.rlim_max < sockets_most ? descriptors.rlim_max : sockets_most;
    descriptors.rlim_cur = sockets;
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
            set_up(&loops[loop_count++]);
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
