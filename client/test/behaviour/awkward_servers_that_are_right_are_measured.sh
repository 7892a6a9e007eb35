#!/usr/bin/env bash
# Single bytes, a flood on stderr and a child that serves are no errors, and the child does not stay; a server that does not end by SIGTERM is killed, and that is said.
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
