#!/usr/bin/env bash
# Refused affinity, exhausted memory, threads that cannot be started: one line that names the cause, a status, and no core dump, in every
# program and thread. Older results are left unchanged.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

is_sanitized && skip "sanitizers need memory and system calls of their own"
cc -O1 -o "$TMPDIR/denied" client/test/denied.c 2>/dev/null || skip "no C compiler that finds linux/seccomp.h"
number_of() { # MACRO
    printf '#include <sys/syscall.h>\nnumber %s\n' "$1" | cc -E -P - | awk '/^number/ { print $2 }'
}
"$TMPDIR/denied" "$(number_of SYS_sched_setaffinity)" true || skip "seccomp is not allowed here"

expect_one_clear_line() { # WHAT
    [[ $status -eq 1 || $status -eq 2 ]] || fail "status $status where $1"
    expect_one_line_on_stderr
    ! grep -q 'terminate called\|unexpected' "$err" || fail "no clear line where $1"
}
refusing() { # MACRO COMMAND...
    run "$TMPDIR/denied" "$(number_of "$1")" "${@:2}"
}

echo 'a good one' >"$TMPDIR/figures.hgrm"
for driver in block wait spin; do
    refusing SYS_sched_setaffinity "$volley" "${short[@]}" --driver "$driver" --hgrm "$TMPDIR/figures.hgrm" -- "$servers/c-epoll"
    expect_one_clear_line "affinity is refused"
    expect_err 'CPU'
done
refusing SYS_sched_setaffinity "$volley" "${short[@]}" --keep-awake -- "$servers/c-epoll"
expect_one_clear_line "affinity is refused to what keeps CPUs awake"
refusing SYS_sched_setaffinity "$VOLLEY_DIR/sweep" --servers "$servers/c-epoll" --clients 1 --cores 1 --runs 1 --out "$TMPDIR/sweep"
[[ $status -eq 1 ]] || fail "a sweep without affinity has status $status"
! grep -q 'terminate called\|unexpected' "$err" || fail "a sweep without affinity does not end clearly"

refusing SYS_clone3 "$TMPDIR/denied" "$(number_of SYS_clone)" "$volley" "${short[@]}" --hgrm "$TMPDIR/figures.hgrm" -- "$servers/c-epoll"
expect_one_clear_line "no thread can be started"
expect_err 'thread'
refusing SYS_clone3 "$TMPDIR/denied" "$(number_of SYS_clone)" "$volley" "${short[@]}" --keep-awake -- "$servers/c-epoll"
expect_one_clear_line "no thread can be started to keep CPUs awake"

# Too little memory at the start, while connecting, in a worker. How much this is depends on the machine.
for megabytes in 20 30 40 60; do
    run bash -c 'ulimit -v $(($1 * 1024)); exec "${@:2}"' - "$megabytes" "$volley" "${short[@]}" -c 4000 --no-placement -- "$servers/c-epoll"
    [[ $status -le 3 || $status -eq 127 ]] || fail "status $status with $megabytes MiB of memory"
    [[ $status -ne 1 ]] || expect_one_clear_line "there are $megabytes MiB of memory"
done

# Nothing was measured, so the older result is still there, and no other file is beside it.
[[ $(cat "$TMPDIR/figures.hgrm") == 'a good one' ]] || fail "a failed measurement took the place of an older one"
run "$volley" "${short[@]}" -p 1 --hgrm "$TMPDIR/figures.hgrm" --connect-timeout 1s
expect_status 1
[[ $(cat "$TMPDIR/figures.hgrm") == 'a good one' ]] || fail "a measurement without a server took the place of an older one"
run "$volley" "${short[@]}" --hgrm "$TMPDIR/figures.hgrm" -- "$servers/c-epoll"
grep -q Percentile "$TMPDIR/figures.hgrm" || fail "a good measurement is not written"
[[ $(find "$TMPDIR" -name 'figures.hgrm*' | wc -l) -eq 1 ]] || fail "something was left beside the file"
