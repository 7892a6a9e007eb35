#!/usr/bin/env bash
# Cells that cannot be placed, built or run are reported with the reason, are listed in the results, and stop nothing else. A cell that
# fails three times in a row is given up.
# Not with the thread sanitizer: a sweep has the threads of a run, which other scripts try.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

sweep=$VOLLEY_DIR/sweep
export VOLLEY_SWEEP_LOCK=$TMPDIR
results=$TMPDIR/results/results.jsonl
# One skips itself, as if it lacked a library; one dies on its own.
printf '#!/bin/sh\necho "this machine has no such card"\nexit 77\n' >"$TMPDIR/choosy"
printf '#!/bin/sh\necho "no more"\nexit 1\n' >"$TMPDIR/mortal"
chmod +x "$TMPDIR/choosy" "$TMPDIR/mortal"

run "$sweep" --servers "$servers/c-epoll,$TMPDIR/choosy,$TMPDIR/mortal,absent" --without 'absent=its compiler is not here' \
    --clients 1 --cores 1,9999 --runs 5 --out "$TMPDIR/results" -- --run-time 50ms --warmup 0
if [[ $(nproc) -lt 2 ]]; then
    expect_status 77
    skip "one CPU: client and server cannot be placed apart"
fi
expect_status 0
expect_err 'skipped: c-epoll, 1 connection, 9999 cores: 9999 CPUs for the server and 1 for the client are more than'
expect_err 'skipped: absent, 1 connection, 1 core: its compiler is not here'
expect_err 'skipped: choosy, 1 connection, 1 core: .*this machine has no such card'
expect_err 'round 1: failed: .*no more'
expect_err 'given up: mortal, 1 connection, 1 core: 3 failures in a row'
expect_err '8 runs, 3 of them failed; 8 cells: 1 complete, 1 given up, 6 skipped'
[[ $(grep -c '"kind":"run".*"complete":true' "$results") -eq 5 ]] || fail "not five good runs"
[[ $(grep -c '"kind":"run".*"complete":false' "$results") -eq 3 ]] || fail "not three failed runs"
# Skips found during the sweep are recorded in a separate line.
grep '"kind":"sweep"' "$results" | tail -n 1 | grep -q '"server":"choosy","clients":1,"server_cores":1,"message_bytes":4,"skipped":"[^"]' ||
    fail "the reason is not in the results"

# If nothing can be measured, the status is that of a skip.
run "$sweep" --servers "$servers/c-epoll" --clients 1 --cores 9999 --out "$TMPDIR/none"
expect_status 77
expect_err '1 skipped'
# If everything fails, it is a failure.
run "$sweep" --servers "$TMPDIR/mortal" --clients 1 --cores 1 --out "$TMPDIR/failing" -- --no-placement
expect_status 1
