// Shared by the thinnest clients, which only do what is necessary: send, receive, clock, check.
//
// They are yardsticks for bench-client, not tools: no windows, no histogram, no deadlines, and on
// errors they give up.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

static inline int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static inline double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static inline void give_up(const char* what) {
    perror(what);
    exit(1);
}

static inline int connect_to(const char* port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(port)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr*)&address, sizeof address) != 0) {
        give_up("connect");
    }
    return fd;
}

static inline void watch(int epoll, int fd, void* connection) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// Opens `count` connections and watches them all. Each is a structure of `size` bytes that begins
// with its descriptor.
static inline void* connect_all(int epoll, const char* port, int count, size_t size) {
    char* connections = calloc((size_t)count, size);
    for (int at = 0; at < count; ++at) {
        int* connection = (int*)(void*)(connections + (size_t)at * size);
        *connection = connect_to(port);
        watch(epoll, *connection, connection);
    }
    return connections;
}

// When measuring begins and ends.
struct span {
    int64_t start;
    int64_t end;
};
static inline struct span span_from_now(const char* warmup_seconds, const char* seconds) {
    const int64_t start = now_ns() + (int64_t)(atof(warmup_seconds) * 1e9);
    return (struct span){.start = start, .end = start + (int64_t)(atof(seconds) * 1e9)};
}

// The output for bench-client: round trips, mean in ns, CPU in ns per round trip.
static inline void report(uint64_t trips, int64_t sum_ns, double cpu) {
    printf("%llu %.1f %.1f\n", (unsigned long long)trips, (double)sum_ns / (double)trips,
           cpu * 1e9 / (double)trips);
}
