#!/bin/bash
# SIGINT, SIGTERM and SIGKILL end conform in the middle of a check, and its server with it.
# Not with the thread sanitizer: conform has one thread.
set -euo pipefail

directory=${VOLLEY_DIR:-target}
servers_of() { pgrep -f "fake_server -p [0-9]+ .*$1"; }
mark=none
trap 'servers_of "$mark" | xargs -r kill -KILL || true' EXIT # only if this test has failed
for signal in INT TERM KILL; do
    # A mark in its arguments tells this server from any other. It never becomes ready, so that
    # conform waits for it; it accepts no SIGTERM of its own.
    mark="late=$$$RANDOM"
    set -m # a background job would ignore SIGINT otherwise
    "$directory/conform" "$directory/test/fake_server" --fault never-ready --fault "$mark" \
        --fault ignores-sigterm > /dev/null 2>&1 &
    conform=$!
    set +m
    for ((i = 0; i < 1000; ++i)); do
        servers_of "$mark" > /dev/null && break
        sleep 0.01
    done
    ((i < 1000)) || { echo "conform has not started the server within 10 s"; exit 1; }
    kill -s "$signal" "$conform"
    wait "$conform" 2> /dev/null && { echo "conform survives SIG$signal"; exit 1; }
    for ((i = 0; i < 500; ++i)); do
        servers_of "$mark" > /dev/null || break
        sleep 0.01
    done
    ((i < 500)) || { echo "the server outlives conform by SIG$signal"; exit 1; }
done
