#!/usr/bin/env bash
# A soft limit of 256 descriptors is raised, memory stays within 64 MiB, and the message on a hard limit says how to raise it.
# Alone: it uses up ports and memory.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

is_sanitized && skip "sanitizers need more memory than the client"
[[ $(ulimit -Hn) == unlimited || $(ulimit -Hn) -ge 11000 || $(id -u) -eq 0 ]] || skip "the hard descriptor limit is $(ulimit -Hn)"
ulimit -Sn 256
run "$volley" -c 10000 --runs 2 --run-time 0.3s --warmup 0.1s --csv "$TMPDIR/rows" -- "$servers/c-epoll"
expect_status 3
memory=$(last_csv "$TMPDIR/rows" client_memory_pss_bytes)
[[ $memory -lt $((64 * 1024 * 1024)) ]] || fail "the client took $memory bytes"
[[ $(last_csv "$TMPDIR/rows" connections) -eq 10000 ]] || fail "not 10,000 connections"
if can_be_nobody; then
    run_as_nobody '-n 256' -c 10000 -p 1
    expect_status 2
    expect_err 'file descriptors, but the limit is 256; raise the limit (ulimit -Hn'
fi
