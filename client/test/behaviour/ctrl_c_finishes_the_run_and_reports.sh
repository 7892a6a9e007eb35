#!/usr/bin/env bash
# The first Ctrl-C finishes the run, reports what is known, and leaves no server behind; so does SIGTERM.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

note_server() { server=$(child_of "$client"); }

for signal in INT TERM; do
    rm -f "$TMPDIR/rows"
    start "$volley" --run-time 100ms --warmup 10ms --min-runs 500 --max-runs 500 --csv "$TMPDIR/rows" -- "$servers/c-epoll"
    await grep -q '^run,' "$TMPDIR/rows"
    await note_server # between two runs there is none
    kill -$signal "$client"
    finish
    expect_status 3
    expect_out 'NOT CONVERGED: interrupted'
    expect_gone "${server%%$'\n'*}"
    tail -n 1 "$TMPDIR/rows" | grep -q '^measurement,' || fail "no row of the measurement"
done

# A single run ends early and reports what it has; it does not wait for its limit of twenty minutes.
start "$volley" --runs 1 --warmup 0 --precision 0.1% --run-time 10s --max-time 20m -- "$servers/c-epoll"
await child_of "$client"
measures() { [[ $(find "/proc/$client/task" -mindepth 1 -maxdepth 1 | wc -l) -gt 1 ]]; } # its worker is there
await measures
sleep 0.5
kill -INT "$client"
finish
expect_status 3
expect_out 'interrupted'
