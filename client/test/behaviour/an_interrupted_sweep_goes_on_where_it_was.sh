#!/usr/bin/env bash
# The first Ctrl-C or SIGTERM ends a sweep after the run in progress, which is recorded, with status 3; the same command goes on in the same
# order. A second one ends it at once and leaves no server.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

export TSAN_OPTIONS=${TSAN_OPTIONS:-}:report_thread_leaks=0
sweep=$VOLLEY_DIR/sweep
export VOLLEY_SWEEP_LOCK=$TMPDIR
grid=(--servers "$servers/c-epoll,fake=$fake" --clients "1,2" --cores 1 --seed 7)
quick=(-- --run-time 50ms --warmup 0 --no-placement)
order_in() { grep '"kind":"run"' "$1" | sed -E 's/.*"server_name":"([^"]*)".*"round":([0-9]+),"connections":([0-9]+),.*/\1 \3 \2/'; }
runs_are_there() { [[ $(order_in "$1" | wc -l) -ge $2 ]]; }

run "$sweep" "${grid[@]}" --runs 6 --out "$TMPDIR/whole" "${quick[@]}"
expect_status 0
[[ $(order_in "$TMPDIR/whole/results.jsonl" | wc -l) -eq 24 ]] || fail "not 24 runs"

parts=$TMPDIR/parts/results.jsonl
for signal in INT TERM; do
    had=$(order_in "$parts" 2>/dev/null | wc -l || true)
    start "$sweep" "${grid[@]}" --runs 6 --out "$TMPDIR/parts" "${quick[@]}"
    await runs_are_there "$parts" $((had + 2))
    kill -$signal "$client"
    finish
    expect_status 3
    expect_err 'interrupted; repeat the command to resume'
    [[ $(tail -c 1 "$parts" | od -An -c) == *'\n'* ]] || fail "the last line is torn"
done
run "$sweep" "${grid[@]}" --runs 6 --out "$TMPDIR/parts" "${quick[@]}"
expect_status 0
expect_err 'resuming: '
diff <(order_in "$TMPDIR/whole/results.jsonl") <(order_in "$parts") || fail "the order is another one"
[[ $(grep -c '"kind":"sweep"' "$parts") -eq 3 ]] || fail "not a line for each of three starts"

# More runs may be asked for later.
run "$sweep" "${grid[@]}" --runs 7 --out "$TMPDIR/parts" "${quick[@]}"
expect_status 0
[[ $(order_in "$parts" | wc -l) -eq 28 ]] || fail "not 28 runs"

# A run of ten minutes, with a server that does not end on its own.
no_signal_pends() { [[ $(awk '$1 == "ShdPnd:" { print $2 }' "/proc/$client/status") =~ ^0+$ ]]; }
start "$sweep" --servers "$fake" --clients 1 --cores 1 --out "$TMPDIR/long" -- --run-time 10m --max-time 20m --no-placement
await child_of "$client"
server=$(child_of "$client")
# Before the start line one SIGINT would end it; the server's clock ticks show that measuring has begun.
await bash -c "awk '{ exit \$14 + \$15 < 20 }' /proc/$server/stat"
kill -INT "$client"
await no_signal_pends
kill -0 "$client" 2>/dev/null || fail "the first SIGINT ended it"
sleep 0.6 # an earlier signal counts as the same request
kill -INT "$client"
finish
expect_status 130
expect_gone "$server"
! grep -q '"kind":"run"' "$TMPDIR/long/results.jsonl" || fail "an interrupted run was recorded"
