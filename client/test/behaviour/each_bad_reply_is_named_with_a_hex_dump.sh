#!/usr/bin/env bash
# A server that breaks the contract fails the run with a message that names the fault, with every driver, and nothing hangs.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

broken() { # WHAT-IS-SAID FAULT [OPTION...]
    local said=$1 fault=$2
    shift 2
    for driver in block wait spin; do
        run "$volley" -c 2 --driver $driver --timeout 1s "${short[@]}" "$@" -- "$fake" --fault "$fault"
        [[ $status -eq 1 ]] || fail "$fault with $driver: status $status instead of 1"
        expect_err "$said"
        expect_err 'sent [0-9a-f]*, expected [0-9a-f]*'
        expect_one_line_on_stderr
    done
}
broken 'wrong reply on connection [0-9]*: .*received [0-9a-f]\{8\}' wrong-answer=20
broken 'wrong reply on connection' host-byte-order
broken 'wrong reply on connection [0-9]*: .*received at byte [0-9]* ' wrong-payload -m 64
broken 'duplicate reply on connection' answers-twice=20
broken 'missing reply on connection [0-9]*: .*closed the connection' closes-mid-reply=20
broken 'missing reply on connection [0-9]*: Connection reset' resets-after=20
broken 'missing reply on connection [0-9]*: no reply within 1.00 s' stalls-after=20
broken 'late reply on connection\|missing reply on connection\|did not answer' late=1500
broken 'did not answer the first challenge' silent
