// Raises the soft limit of descriptors to the hard one: a thousand connections need more than the
// usual 1024. Called once from ocaml.ml, which says why it is in C.

#include <caml/mlvalues.h>
#include <sys/resource.h>

value raise_descriptor_limit(value unit) {
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    return unit;
}
