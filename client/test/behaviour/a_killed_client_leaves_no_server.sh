#!/usr/bin/env bash
# SIGKILL gives the client no chance to clean up; the kernel does it.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

start "$volley" --run-time 60s -- "$servers/c-threaded"
await child_of "$client"
server=$(child_of "$client")
kill -KILL "$client"
finish
expect_gone "$server"
