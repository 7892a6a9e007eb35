// A network stack to preload that needs no network card: it stands in for libvma and its like in
// the tests.
//
// STUB=fails     socket() fails as STUB_ERRNO says (ENOSYS or ENOPKG), as in VMA without a device
// STUB=passes    everything is left to the kernel, as VMA does on the loopback
// STUB=bypasses  the server does not use the kernel's TCP: its sockets are local ones, and a
//                process that is not its child acts as the card, with TCP on the other side
//
// With "passes" and "bypasses" a line like VMA's on stderr says how many interfaces there are
// (STUB_INTERFACES), if the log level is "debug".

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_connections = 64 };

static struct sockaddr_in tcp_name;  // where the server believes it listens

static bool is_told(const char* name, const char* value) {
    const char* told = getenv(name);
    return told != NULL && strcmp(told, value) == 0;
}

static struct sockaddr_un local_name(socklen_t* length) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    // Abstract: no file is left behind.
    const int written = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "stub-stack-%d",
                                 (int)ntohs(tcp_name.sin_port));
    *length = (socklen_t)(sizeof name.sun_family + 1 + (size_t)written);
    return name;
}

int socket(int family, int type, int protocol) {
    int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    if (family != AF_INET) {
        return real(family, type, protocol);
    }
    if (is_told("STUB", "fails")) {
        errno = is_told("STUB_ERRNO", "ENOPKG") ? ENOPKG : ENOSYS;
        fprintf(stderr, "STUB ERROR: failed to start\n");
        return -1;
    }
    if ((is_told("VMA_TRACELEVEL", "debug") || is_told("XLIO_TRACELEVEL", "debug")) &&
        getenv("STUB_INTERFACES") != NULL) {
        fprintf(stderr, " STUB DEBUG: Found %s offload capable network interfaces\n",
                getenv("STUB_INTERFACES"));
    }
    return is_told("STUB", "bypasses") ? real(AF_UNIX, type, 0) : real(family, type, protocol);
}

int setsockopt(int fd, int level, int option, const void* value, socklen_t length) {
    int (*real)(int, int, int, const void*, socklen_t) =
        (int (*)(int, int, int, const void*, socklen_t))dlsym(RTLD_NEXT, "setsockopt");
    return is_told("STUB", "bypasses") ? 0 : real(fd, level, option, value, length);
}

int bind(int fd, const struct sockaddr* name, socklen_t length) {
    int (*real)(int, const struct sockaddr*, socklen_t) =
        (int (*)(int, const struct sockaddr*, socklen_t))dlsym(RTLD_NEXT, "bind");
    if (!is_told("STUB", "bypasses") || name->sa_family != AF_INET) {
        return real(fd, name, length);
    }
    memcpy(&tcp_name, name, sizeof tcp_name);
    const struct sockaddr_un local = local_name(&length);
    return real(fd, (const struct sockaddr*)&local, length);
}

static bool forward(int from, int to) {
    char bytes[65536];
    const ssize_t length = read(from, bytes, sizeof bytes);
    return length > 0 && write(to, bytes, (size_t)length) == length;
}

// The card: forwards between TCP and the server's sockets until the server is gone.
static void be_the_card(int server) {
    unsetenv("STUB");  // from here on sockets are the kernel's
    struct pollfd ends[2 + 2 * most_connections] = {{.fd = server, .events = POLLIN}};
    nfds_t count = 2;
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(listener, (const struct sockaddr*)&tcp_name, sizeof tcp_name) != 0 ||
        listen(listener, most_connections) != 0) {
        return;
    }
    ends[1] = (struct pollfd){.fd = listener, .events = POLLIN};
    while (poll(ends, count, -1) > 0 && ends[0].revents == 0) {
        for (nfds_t i = 2; i < count; ++i) {
            const nfds_t other = i ^ 1;
            if (ends[i].revents != 0 && !forward(ends[i].fd, ends[other].fd)) {
                close(ends[i].fd);
                close(ends[other].fd);
                ends[i].fd = ends[other].fd = -1;  // poll passes over them
                ends[other].revents = 0;
            }
        }
        if (ends[1].revents != 0 && count + 2 <= sizeof ends / sizeof *ends) {
            socklen_t length = 0;
            const struct sockaddr_un local = local_name(&length);
            ends[count] = (struct pollfd){.fd = accept(listener, NULL, NULL), .events = POLLIN};
            ends[count + 1] =
                (struct pollfd){.fd = socket(AF_UNIX, SOCK_STREAM, 0), .events = POLLIN};
            if (connect(ends[count + 1].fd, (const struct sockaddr*)&local, length) != 0) {
                return;
            }
            count += 2;
        }
    }
}

int listen(int fd, int backlog) {
    int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "listen");
    if (!is_told("STUB", "bypasses")) {
        return real(fd, backlog);
    }
    int alive[2];
    if (real(fd, backlog) != 0 || pipe2(alive, O_CLOEXEC) != 0) {
        return -1;
    }
    const pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) {
            const int server =
                dup2(alive[0], 3);  // the end of the pipe that closes with the server
            close_range(4, ~0U, 0);
            const int nowhere = open("/dev/null", O_RDWR);
            for (int standard = 0; standard < 3; ++standard) {
                dup2(nowhere, standard);
            }
            be_the_card(server);
        }
        _exit(0);
    }
    waitpid(child, NULL, 0);
    close(alive[0]);
    return 0;
}
