#!/usr/bin/env bash
# While volley waits for a server or for connections there is no run to finish. One Ctrl-C ends the wait, earlier runs are reported, and no
# server is left.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

export VOLLEY_SWEEP_LOCK=$TMPDIR
interrupt() { # after the server is there
    await child_of "$client"
    server=$(child_of "$client")
    sleep 0.3 # anywhere in its wait
    kill -INT "$client"
    finish
    expect_status 3
    expect_gone "$server"
}

start "$volley" --ready-timeout 1h "${short[@]}" -- "$fake" --fault never-ready
interrupt
expect_err 'interrupted before anything was measured'
expect_one_line_on_stderr

start "$volley" -c 2 --connect-timeout 1h "${short[@]}" -- "$fake" --fault one-at-a-time
interrupt
expect_err 'interrupted before anything was measured'

printf '#!/bin/sh\nexec "%s" "$@" --fault never-ready\n' "$fake" >"$TMPDIR/never.sh"
chmod +x "$TMPDIR/never.sh"
start "$VOLLEY_DIR/sweep" --servers "fake=$TMPDIR/never.sh" --clients 1 --cores 1 --runs 2 --out "$TMPDIR/swept" \
    -- --ready-timeout 1h --no-placement
interrupt
expect_err 'interrupted; repeat the command to resume'

# Works at the first start and is never ready at the second.
cat >"$TMPDIR/once" <<'SERVER'
#!/bin/sh
[ -e "$0.started" ] && exec "$FAKE" "$@" --fault never-ready
: >"$0.started"
exec "$FAKE" "$@"
SERVER
chmod +x "$TMPDIR/once"
export FAKE=$fake
start "$volley" --ready-timeout 1h --runs 5 --run-time 200ms --warmup 0 --csv "$TMPDIR/rows" -- "$TMPDIR/once"
await grep -q '^run,' "$TMPDIR/rows"
interrupt
expect_out 'NOT CONVERGED: interrupted'
expect_out '1 of 1 complete'
