#!/usr/bin/env bash
# Single bytes, a flood on stderr and a child that serves are no errors, and the child is not left. A server that ignores SIGTERM is killed, and the
# report says so.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

for fault in short-writes noisy-stderr forks-away; do
    for driver in block wait spin; do
        run "$volley" -c 2 --driver $driver "${short[@]}" -- "$fake" --fault $fault
        expect_status 3
        expect_out '2 of 2 complete'
    done
done
run "$volley" "${short[@]}" --stop-timeout 100ms -- "$fake" --fault ignores-sigterm
expect_status 3
expect_out 'warning: server-was-killed'
