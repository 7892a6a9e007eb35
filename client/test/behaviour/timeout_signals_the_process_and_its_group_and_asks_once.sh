#!/usr/bin/env bash
# timeout(1) sends its signal twice, to the process and to its group: the run in progress is finished and reported, as by one Ctrl-C.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

export VOLLEY_SWEEP_LOCK=$TMPDIR
long=(--run-time 300ms --warmup 10ms --min-runs 500 --max-runs 500)
# Long enough for a run to begin.
seconds=1
! is_sanitized || seconds=4
for signal in INT TERM; do
    run timeout --preserve-status -s $signal $seconds "$volley" "${long[@]}" -- "$servers/c-epoll"
    expect_status 3
    expect_out 'NOT CONVERGED: interrupted'
    expect_out 'round trip   mean'
done
run timeout --preserve-status $((seconds + 1)) "$VOLLEY_DIR/sweep" --servers "$servers/c-epoll" --clients 1 --cores 1 --runs 500 \
    --out "$TMPDIR/swept" -- --run-time 300ms --warmup 10ms --no-placement
expect_status 3
expect_err 'interrupted; repeat the command to resume'
grep -q '"kind":"run"' "$TMPDIR/swept/results.jsonl" || fail "no run was recorded"

# Usually both are pending before the first is handled, and then count as one anyway. Here the second comes later. The limit of half a
# second is for a machine so busy that it separates them; if the test itself is delayed that long, it starts again.
for signal in INT TERM; do
    for attempt in 1 2 3 4 5; do
        start "$volley" "${long[@]/300ms/1s}" --csv "$TMPDIR/$signal-$attempt" -- "$servers/c-epoll"
        await grep -q '^run,' "$TMPDIR/$signal-$attempt"
        sleep 0.5 # into the next run, beyond its start line
        begin=${EPOCHREALTIME/./}
        kill -$signal "$client"
        sleep 0.05
        # Already gone: its run ended between the two.
        kill -$signal "$client" 2>/dev/null || begin=0
        took=$((${EPOCHREALTIME/./} - begin))
        finish
        ((took > 400000)) || break
    done
    ((took <= 400000)) || skip "this machine is too busy to send two signals within 0.4 s"
    expect_status 3
    expect_out 'NOT CONVERGED: interrupted'
done
