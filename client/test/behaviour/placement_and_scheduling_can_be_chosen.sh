#!/usr/bin/env bash
# --no-placement, --keep-awake and --realtime work and are recorded, or say why they cannot.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

run "$volley" --no-placement "${short[@]}" -- "$servers/c-epoll"
expect_status 3
expect_out 'warning: not-placed'
run "$volley" --keep-awake "${short[@]}" --json - -- "$servers/c-epoll"
expect_status 3
grep -q '"keep_awake":"[a-z]' "$out" || fail "not recorded"
run "$volley" --realtime "${short[@]}" --json - -- "$servers/c-epoll"
if [[ $status -eq 2 ]]; then
    expect_err 'RLIMIT_RTPRIO'
else
    expect_status 3
    grep -q '"scheduling":"fifo"' "$out" || fail "not recorded"
fi
if can_be_nobody; then
    run_as_nobody '-r 0' --realtime -p 1
    expect_status 2
    expect_err '--realtime is not allowed'
fi
