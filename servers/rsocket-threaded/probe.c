// probe: does socket() give an rsocket here?
//
// Started under librspreload, which takes a socket of the kernel where it cannot make one of its
// own. Status 0: an rsocket. Otherwise the reason on stdout, and status 1.

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    const int stream = socket(AF_INET, SOCK_STREAM, 0);
    char link[64];
    char target[64] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", stream);
    if (stream < 0 || readlink(link, target, sizeof target - 1) < 0) {
        puts("socket() fails");
        fflush(stdout);
        _exit(1);
    }
    // The number of an rsocket stands for a place holder among the open files, which is no socket.
    if (strncmp(target, "socket:", strlen("socket:")) == 0) {
        puts("socket() gives one of the kernel (is there an RDMA device?)");
        fflush(stdout);
        _exit(1);
    }
    _exit(0);
}
