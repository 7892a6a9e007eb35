// What the Unix module of OCaml lacks; ocaml.ml says what for.

#define _GNU_SOURCE  // struct ucred
#include <caml/mlvalues.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

// Raises the soft limit of descriptors to the hard one: a thousand connections need more than the
// usual 1024.
value raise_descriptor_limit(value unit) {
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    return unit;
}

// Whether the user at the other end of a Unix socket is the one whose process this is.
value is_own_user(value socket) {
    struct ucred peer;
    socklen_t bytes = sizeof peer;
    return Val_bool(getsockopt(Int_val(socket), SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == 0 &&
                    peer.uid == geteuid());
}
