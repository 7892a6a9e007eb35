#!/usr/bin/env bash
# A run is lengthened for a slow server as far as its figures need and the budget allows, unless it is interrupted. A run in which no round
# trip ended has failed, and the message gives a remedy.
# Alone: it counts the round trips of a given time.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

between() { # COLUMN LEAST MOST
    awk -v value="$(last_csv "$csv" "$1")" -v least="$2" -v most="$3" 'BEGIN { exit !(value + 0 >= least && value + 0 <= most) }' ||
        fail "$1 is $(last_csv "$csv" "$1"), not $2 to $3"
}
csv=$TMPDIR/slow.csv

# 64 round trips were asked for: a few more, and not a multiple.
run "$volley" --runs 2 --precision 0.1% --warmup 0 --run-time 100ms --csv "$csv" -- "$fake" --fault late=20
expect_status 3
between round_trips 128 200

# With a budget the runs are only as long as it allows, and the report says what they lack.
csv=$TMPDIR/budget.csv
run "$volley" --runs 6 --max-time 5s --precision 0.1% --warmup 0 --run-time 100ms --csv "$csv" -- "$fake" --fault late=20
expect_status 3
expect_out 'warning: few-round-trips: '
expect_out 'raise --max-time'
between run 2 6
run "$volley" --runs 50 --max-time 1s --warmup 0 --run-time 100ms -- "$fake"
expect_status 3
expect_out 'NOT CONVERGED: time limit (--max-time) reached before all 50 runs were done'
run "$volley" --runs 50 --max-time 1s --print-plan -- "$fake"
expect_out '^runs  *50, within 1.00 s$'
run "$volley" --runs 50 --print-plan -- "$fake"
expect_out '^runs  *50, however long they take$'

# An interrupt ends the lengthening; otherwise the run would reach its 64 round trips.
csv=$TMPDIR/interrupted.csv
start "$volley" --runs 2 --warmup 0 --run-time 200ms --csv "$csv" -- "$fake" --fault late=100
await child_of "$client"
sleep 1.5
kill -INT "$client"
finish
expect_status 3
expect_out 'NOT CONVERGED: interrupted'
between round_trips 2 50

# No round trip at all.
for runs in 1 2; do
    run "$volley" --runs "$runs" --max-time 400ms --warmup 0 --run-time 100ms -- "$fake" --fault late=900
    expect_status 1
    expect_one_line_on_stderr
    expect_err 'run 1 failed: no round trip ended within the [0-9]* ms of the run; the longest took .*--run-time'
    [[ ! -s $out ]] || fail "there is a report of no figures"
done

# One round trip, so nothing varies.
run "$volley" --runs 1 --max-time 400ms --warmup 0 --classic -- "$fake" --fault late=300
expect_status 3
expect_one_line_on_stderr
expect_err '--classic: fewer than two round trips have no standard deviation'
[[ ! -s $out ]] || fail "--classic printed what it does not know"
