#!/usr/bin/env bash
# A second Ctrl-C ends everything at once, in the middle of a ten-minute run and even with a server that would not end on its own. So does a
# second SIGTERM.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

# Leaving at once joins no thread.
export TSAN_OPTIONS=${TSAN_OPTIONS:-}:report_thread_leaks=0
# Two pending signals of one kind count as one, and so do two sent by processes within half a second.
no_signal_pends() { [[ $(awk '$1 == "ShdPnd:" { print $2 }' "/proc/$client/status") =~ ^0+$ ]]; }

for signal in INT TERM; do
    start "$volley" --run-time 10m --max-time 20m --stop-timeout 1m -- "$fake" --fault ignores-sigterm
    await child_of "$client"
    server=$(child_of "$client")
    # Before that, it would end on its own, and the client with it.
    await ignores "$server" TERM
    kill -$signal "$client"
    await no_signal_pends
    kill -0 "$client" 2>/dev/null || fail "the first SIG$signal ended it"
    sleep 0.6
    kill -$signal "$client"
    finish
    expect_status $((128 + $(kill -l $signal)))
    expect_gone "$server"
    [[ ! -s $err ]] || fail "something on stderr"
done
