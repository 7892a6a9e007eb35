// A library to preload: a server does a known amount of extra work before each send.
//
// The server becomes slower by a known amount and is otherwise unchanged.
// client/bench/record_rounds.sh records it, for the test that such a difference is found.
// WORK_STEPS: how many steps of a counter in memory; without it, none.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

typedef ssize_t send_function(int, const void*, size_t, int);

static send_function* real_send;
static unsigned long steps;

__attribute__((constructor)) static void set_up(void) {
    const char* text = getenv("WORK_STEPS");
    steps = text != NULL ? strtoul(text, NULL, 10) : 0;
    *(void**)&real_send = dlsym(RTLD_NEXT, "send");
}

ssize_t send(int socket, const void* bytes, size_t size, int flags) {
    for (volatile unsigned long step = 0; step < steps; ++step) {
    }
    return real_send(socket, bytes, size, flags);
}
