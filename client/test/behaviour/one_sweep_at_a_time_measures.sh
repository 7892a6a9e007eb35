#!/usr/bin/env bash
# A second sweep on the machine is refused, with a message that says which process measures, for how long and where its results go. After
# SIGKILL nothing blocks a new sweep.
# Not with the thread sanitizer: a sweep has the threads of a run, which other scripts try.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

sweep=$VOLLEY_DIR/sweep
export VOLLEY_SWEEP_LOCK=$TMPDIR
grid=(--servers "$servers/c-epoll" --clients 1 --cores 1 --runs 1)
mkdir "$TMPDIR/there"
cd "$TMPDIR/there" || exit
start "$sweep" "${grid[@]}" --out "first results" -- --run-time 10m --max-time 20m --no-placement
await child_of "$client"
server=$(child_of "$client")
run "$sweep" "${grid[@]}" --out second -- --run-time 50ms --warmup 0 --no-placement
expect_status 1
expect_one_line_on_stderr
expect_err "another sweep is running on this machine (process $client, for "
expect_err "its results: $TMPDIR/there/first results); wait for it"
[[ ! -e second ]] || fail "the refused one left a directory"
# Read-only commands are allowed.
run "$sweep" "${grid[@]}" --dry-run -- --no-placement
expect_status 0
kill -KILL "$client"
finish
expect_gone "$server"
run "$sweep" "${grid[@]}" --out second -- --run-time 50ms --warmup 0 --no-placement
expect_status 0
