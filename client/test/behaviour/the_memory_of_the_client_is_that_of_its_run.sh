#!/usr/bin/env bash
# In a sweep one client makes the runs of all cells. The figure of a run with 4-byte messages does not include the memory of an earlier run
# with 16 MiB.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

! is_sanitized || skip "what is freed is kept by the sanitizers, to find its use"
run "$VOLLEY_DIR/sweep" --servers "fake=$fake" --clients 1 --cores 1 --sizes 4,16M --runs 3 --out "$TMPDIR/results" -- --run-time 60ms --warmup 10ms
expect_status 0
memory_of() { # MESSAGE_BYTES: the most of all runs
    grep '"kind":"run"' "$TMPDIR/results/results.jsonl" | grep "\"message_bytes\":$1," |
        grep -o '"client_cost":{[^}]*}' | grep -o '"memory_pss_bytes":[0-9]*' | cut -d : -f 2 | sort -n | tail -n 1
}
small=$(memory_of 4)
large=$(memory_of 16777216)
[[ $large -gt $((16 << 20)) ]] || fail "$large bytes with messages of 16 MiB"
# The order is random; in at least one of three rounds a small one comes after a large one.
[[ $((large - small)) -gt $((12 << 20)) ]] || fail "$small bytes with messages of 4 bytes, $large with 16 MiB"
