// probe: does socket() work here? Started under the preloaded library, which says so when its first
// socket is opened. Status 0: it does. Otherwise the name of the error on stdout, and status 1.

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    const int tcp = socket(AF_INET, SOCK_STREAM, 0);
    if (tcp < 0) {
        const char* name = strerrorname_np(errno);
        puts(name != NULL ? name : "an unknown error");
        fflush(stdout);
    }
    _exit(tcp < 0);  // not exit: what the library would tidy up is of no use
}
