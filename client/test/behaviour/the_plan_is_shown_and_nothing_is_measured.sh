#!/usr/bin/env bash
# --print-plan starts no server; a configuration file supplies options that the command line does not give, and options are in the result.
# Not with the thread sanitizer: the plan is made by one thread.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

run "$volley" --print-plan -c 7 -- "$fake" --fault exits-at-start
expect_status 0
expect_out '7 connections'
printf 'clients = 3\nprecision = 40%%\n' >"$TMPDIR/options"
run "$volley" --config "$TMPDIR/options" --precision 30% "${short[@]}" --json - -- "$servers/c-epoll"
expect_status 3
expect_out '"clients":"3"'
expect_out '"precision":"30%"'
run "$volley" --print-plan --print-numactl -c 2 -- "$servers/c-epoll"
grep -q '^numactl .*c-epoll.\{0,1\} -p 9000 &$' "$err" || fail "no command for the server"
grep -q 'volley -p 9000 -c 2 ' "$err" || fail "no command for the client"
