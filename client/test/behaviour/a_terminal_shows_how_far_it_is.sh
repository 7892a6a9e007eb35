#!/usr/bin/env bash
# On a terminal there is a live line, and it is gone when the report comes.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

command -v script >/dev/null || skip "script(1) is missing"
run script -qec "'$volley' --runs 3 --run-time 600ms --warmup 10ms -- '$servers/c-epoll'" /dev/null
expect_out 'run 2 .*round trips'
expect_out '3 of 3 complete'
