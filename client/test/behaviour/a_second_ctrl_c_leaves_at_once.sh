#!/usr/bin/env bash
# A second Ctrl-C ends everything now, in the middle of a run of a minute: status 130, and no server.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

start "$volley" --run-time 60s -- "$servers/c-epoll"
await child_of "$client"
server=$(child_of "$client")
kill -INT "$client"
sleep 0.2 # two signals of a kind that come before either is taken are one
kill -INT "$client"
finish
expect_status 130
expect_gone "$server"
