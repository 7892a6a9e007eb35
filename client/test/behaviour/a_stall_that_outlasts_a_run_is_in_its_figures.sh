#!/usr/bin/env bash
# A server, or the client itself, stalls for longer than the rest of the run. The stall is in max and in the time-weighted quantile with its
# whole length, and a measurement of such runs does not converge.
# Alone: its figures must be right to two percent.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

at_least() { # FILE COLUMN NUMBER
    awk -v value="$(last_csv "$1" "$2")" -v least="$3" 'BEGIN { exit !(value + 0 >= least) }' || fail "$2 is $(last_csv "$1" "$2"), below $3"
}
at_most() { # FILE COLUMN NUMBER
    awk -v value="$(last_csv "$1" "$2")" -v most="$3" 'BEGIN { exit !(value != "" && value + 0 <= most) }' || fail "$2 is $(last_csv "$1" "$2"), above $3"
}

# The server answers for 400 ms and stalls for 400 ms; a run ends 100 ms after the stall began. Any measurement reaches a precision of 100
# %.
loads=('1 block' '16 wait' '16 spin')
! is_sanitized || loads=('16 wait')
for load in "${loads[@]}"; do
    read -r clients driver <<<"$load"
    csv=$TMPDIR/$driver.csv
    run "$volley" -c "$clients" --driver "$driver" --threads 1 --runs 6 --precision 100% --warmup 200ms --run-time 300ms --csv "$csv" \
        -- "$fake" --fault stands-still=400
    expect_status 3
    expect_out 'NOT CONVERGED: stalled: '
    expect_out 'warning: stalled: in 6 of 6 runs'
    # The sanitizers' clients are slow to see a reply; the stall is never shorter than it was.
    at_least "$csv" rtt_ns_max 392e6
    at_least "$csv" rtt_ns_p99_time_weighted 392e6
    at_most "$csv" covered_share 0.95
    is_sanitized || at_most "$csv" rtt_ns_p99_time_weighted 500e6
done

# If only one run of several stalls, the others decide the figures, and the stall is still the maximum.
start "$volley" --runs 3 --run-time 800ms --warmup 50ms --csv "$TMPDIR/stopped.csv" -- "$fake"
await child_of "$client"
sleep 0.4
kill -STOP "$client"
sleep 1.5
kill -CONT "$client"
finish
at_least "$TMPDIR/stopped.csv" rtt_ns_max 1e9
grep -q 'warning: stalled: in only 1 of 3 runs' "$out" || fail "nothing is said of the run that was stopped"
