#!/usr/bin/env bash
# A daemon forks, calls setsid and lets its first process end. The process started must be the one measured: such a server is named. However volley
# ends, neither it nor processes that others have put in sessions of their own are left.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

# A copy with a name that no other script's servers have.
cp "$fake" "$TMPDIR/fake_server"
fake=$TMPDIR/fake_server
none_left() { ! pgrep -f "sleep $1\$" >/dev/null; }

# In the background, as the shell does it; with setsid; and as a classic daemon, forked twice and with its output closed.
cat >"$TMPDIR/background" <<SCRIPT
#!/bin/sh
"$fake" "\$@" &
exit 0
SCRIPT
cat >"$TMPDIR/session" <<SCRIPT
#!/bin/sh
exec setsid --fork "$fake" "\$@"
SCRIPT
cat >"$TMPDIR/daemon" <<SCRIPT
#!/bin/sh
(setsid "$fake" "\$@" >/dev/null 2>&1 </dev/null &)
exit 0
SCRIPT
chmod +x "$TMPDIR/background" "$TMPDIR/session" "$TMPDIR/daemon"
for way in background session daemon; do
    run "$volley" "${short[@]}" -- "$TMPDIR/$way"
    expect_status 1
    cat "$out" >>"$err"
    expect_err 'the server forked away: the process that was started exited with status 0 and left fake_server ('
    expect_err 'foreground'
    ! pgrep -f "^$fake -p" >/dev/null || fail "$way: it is left"
done

# The server itself serves, and a process that it started has a session of its own: measured, named, and not left.
cat >"$TMPDIR/helper" <<SCRIPT
#!/bin/sh
(setsid sleep \$SECONDS_OF_HELPER >/dev/null 2>&1 </dev/null &)
exec "$fake" "\$@"
SCRIPT
chmod +x "$TMPDIR/helper"
export SECONDS_OF_HELPER=48151
run "$volley" "${short[@]}" -- "$TMPDIR/helper"
expect_status 3
expect_out 'warning: server-left-processes: the server ended but left processes running'
expect_out 'sleep ('
none_left 48151 || fail "the helper is left"

# Ctrl-C twice, and SIGKILL, which gives the client no chance to clean up.
for signals in 'INT INT' KILL; do
    start "$volley" --run-time 60s -- "$TMPDIR/helper"
    await pgrep -f "sleep 48151\$" >/dev/null
    await pgrep -f "^$fake -p" >/dev/null
    sleep 0.3
    for signal in $signals; do
        kill -"$signal" "$client" 2>/dev/null || true
        sleep 0.5
    done
    finish
    await none_left 48151
    await bash -c "! pgrep -f '^$fake -p'" >/dev/null
done

# conform leaves nothing behind, either.
conform=$VOLLEY_DIR/conform
start "$conform" "$TMPDIR/helper"
await pgrep -f "sleep 48151\$" >/dev/null
kill -KILL "$client"
finish
await none_left 48151
run "$conform" --only sigterm-leaves-no-process "$TMPDIR/helper"
expect_status 1
# Or the script or setsid, before it has become sleep.
expect_out 'still running: [a-z]* ('
none_left 48151 || fail "conform left the helper"
