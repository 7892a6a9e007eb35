#!/usr/bin/env bash
# Not converged: status 3, and roughly how many runs are missing. Few runs give no interval; a single run gives only its own.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

run "$volley" --precision 0.1% --min-runs 6 --max-runs 7 --run-time 50ms --warmup 0 -- "$servers/c-epoll"
expect_status 3
expect_out 'NOT CONVERGED: run limit'
tr '\n' ' ' <"$out" | grep -q 'about *[0-9,]* *runs *would *be *needed' || fail "not said how many runs are missing"
run "$volley" --runs 3 --run-time 50ms --warmup 0 -- "$servers/c-epoll"
expect_status 3
expect_out '3 runs are too few for a 95 % interval, which needs 6'
run "$volley" --runs 1 --max-time 1s -- "$servers/c-epoll"
expect_out 'within this single run'
run "$volley" --quick --precision 100% --run-time 50ms --warmup 0 -- "$servers/c-epoll"
expect_status 0
expect_out ' converged: mean and p50 are within'
