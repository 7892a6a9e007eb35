// Runs a program with one system call refused by the kernel, as by a container's seccomp profile:
// denied NUMBER PROGRAM ARGUMENTS. The call fails with EPERM. For the behaviour scripts.
#include <err.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc < 3) errx(2, "usage: denied NUMBER PROGRAM [ARGUMENTS]");
    const unsigned number = (unsigned)strtoul(argv[1], NULL, 10);
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1 /* EPERM */),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {.len = sizeof rules / sizeof *rules, .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        err(77, "no seccomp here");
    }
    execvp(argv[2], argv + 2);
    err(127, "%s", argv[2]);
}
