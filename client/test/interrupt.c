// A library to preload: of the calls that can fail with EINTR, every third fails with it before
// doing anything.
//
// A signal handler without SA_RESTART has the same effect on a program, at moments that no test can
// choose. close is left alone: on Linux it has succeeded even if it reports EINTR.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_uint calls;

// The choice looks random, so that no loop falls into step with it, but is the same in every run.
static int interrupted(void) {
    unsigned mixed = atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed) * 2654435769U;
    mixed ^= mixed >> 15;
    mixed *= 2246822519U;
    mixed ^= mixed >> 13;
    if (mixed % 3 != 2) {
        return 0;
    }
    errno = EINTR;
    return 1;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    REAL(send);
    return interrupted() ? -1 : real(fd, bytes, size, flags);
}
ssize_t recv(int fd, void* bytes, size_t size, int flags) {
    REAL(recv);
    return interrupted() ? -1 : real(fd, bytes, size, flags);
}
ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
    REAL(sendmsg);
    return interrupted() ? -1 : real(fd, message, flags);
}
ssize_t read(int fd, void* bytes, size_t size) {
    REAL(read);
    return interrupted() ? -1 : real(fd, bytes, size);
}
ssize_t write(int fd, const void* bytes, size_t size) {
    REAL(write);
    return interrupted() ? -1 : real(fd, bytes, size);
}
int poll(struct pollfd* fds, nfds_t count, int timeout) {
    REAL(poll);
    return interrupted() ? -1 : real(fds, count, timeout);
}
int ppoll(struct pollfd* fds, nfds_t count, const struct timespec* timeout, const sigset_t* mask) {
    REAL(ppoll);
    return interrupted() ? -1 : real(fds, count, timeout, mask);
}
int epoll_wait(int epoll, struct epoll_event* events, int count, int timeout) {
    REAL(epoll_wait);
    return interrupted() ? -1 : real(epoll, events, count, timeout);
}
pid_t wait4(pid_t process, int* status, int options, struct rusage* usage) {
    REAL(wait4);
    return interrupted() ? -1 : real(process, status, options, usage);
}
