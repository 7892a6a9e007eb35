#!/usr/bin/env bash
# A server that does not start, is not ready in time or dies in mid run is reported in one line with its status and stderr.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

said() { # WHAT FAULT [OPTION...]
    local said=$1 fault=$2
    shift 2
    run "$volley" "${short[@]}" "$@" -- "$fake" --fault "$fault"
    expect_status 1
    expect_one_line_on_stderr
    expect_err "$said"
}
said 'exited with status 3 before it was ready, saying: ' exits-at-start=3
said 'was not ready by the deadline (--ready-timeout)' never-ready --ready-timeout 300ms
said 'exited with status 1 during a run, saying: fake_server: dies after 20 replies' dies-after=20
said 'wrong reply\|duplicate reply' greeting
run "$volley" "${short[@]}" -- /bin/cat
expect_status 1
expect_one_line_on_stderr
expect_err "saying: .*invalid option"
