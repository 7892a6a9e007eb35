#!/usr/bin/env bash
# It is found without waiting for the reply deadline of ten minutes. Complete runs stay complete; the broken one is marked.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

for driver in block wait spin; do
    rm -f "$TMPDIR/rows" "$TMPDIR/lines"
    start "$volley" -c 2 --driver $driver --timeout 10m --run-time 200ms --warmup 10ms --min-runs 500 --max-runs 500 \
        --csv "$TMPDIR/rows" --json "$TMPDIR/lines" -- "$servers/c-epoll"
    await grep -q '^run,' "$TMPDIR/rows"
    # Repeatedly, because a server killed while it is being stopped, at the end of its run, has served well.
    while kill -0 "$client" 2>/dev/null; do
        pkill -KILL -P "$client" || true
        sleep 0.05
    done
    finish
    expect_status 1
    expect_one_line_on_stderr
    expect_err 'the server was killed by signal 9 (Killed)'
    expect_out 'FAILED'
    grep -q '"kind":"run".*"complete":true' "$TMPDIR/lines" || fail "the complete run is lost"
    grep -q '"kind":"run".*"complete":false' "$TMPDIR/lines" || fail "the broken run is not marked"
    tail -n 1 "$TMPDIR/lines" | grep -q '"kind":"measurement".*"outcome":"failed"' || fail "no line of the measurement"
    tail -n 1 "$TMPDIR/rows" | grep -q '^measurement,.*,failed,' || fail "no row of the measurement"
done
