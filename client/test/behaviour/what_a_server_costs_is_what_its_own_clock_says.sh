#!/usr/bin/env bash
# A server that burns 20 us of CPU time per request writes down the cost by its own CPU clock. The printed cost agrees, whichever process serves: the
# server itself, a child, or a child forked by another of its threads.
# Alone: its figures must be right to two percent.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

burning=$VOLLEY_DIR/test/burning_server
median() { sort -g | awk '{ value[NR] = $1 } END { print (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'; }
cost_of() { # WHERE RUN-TIME
    own=$TMPDIR/own-$1
    rm -f "$own" "$TMPDIR/rows"
    run "$volley" --runs 3 --run-time "$2" --warmup 10ms --csv "$TMPDIR/rows" -- "$burning" "$1" "$own"
    expect_status 3
    printed=$(last_csv "$TMPDIR/rows" server_cpu_ns_per_round_trip)
    clock=$(median <"$own")
}
expect_within() { # SHARE
    awk -v printed="$printed" -v clock="$clock" -v share="$1" \
        'BEGIN { exit !(printed > 0 && clock >= 20000 && printed / clock > 1 - share && printed / clock < 1 + share) }' ||
        fail "printed $printed ns a round trip, its own clock says $clock"
}

for where in itself child thread-child; do
    cost_of "$where" 700ms
    expect_within 0.02
done
# In mid run a child burns 300 ms, ends and is waited for; its time is counted in clock ticks of 10 ms.
cost_of helper 2s
expect_within 0.05
# If it is not waited for, its time is lost, and no figure is better than a wrong one.
cost_of lost-helper 2s
[[ -z $printed ]] || fail "lost children, and still a cost: $printed"
expect_out '^  server  *–'
