#!/usr/bin/env bash
# With nohup a hang-up ends nothing, and without job control Ctrl-C does not reach a shell's background jobs. The server inherits the first
# but not the second, because it must answer SIGINT.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

export VOLLEY_SWEEP_LOCK=$TMPDIR
runs=(--runs 3 --run-time 400ms --warmup 10ms)
has_a_run() { grep -q "$1" "$2"; }

start nohup "$volley" "${runs[@]}" --csv "$TMPDIR/nohup.csv" -- "$servers/c-epoll"
await child_of "$client"
await ignores "$(child_of "$client")" HUP
! ignores "$(child_of "$client")" INT || fail "the server ignores SIGINT"
await has_a_run '^run,' "$TMPDIR/nohup.csv"
kill -HUP "$client"
finish
expect_status 3
expect_out '3 of 3 complete'

# Without nohup a hang-up is a request, as before.
start "$volley" "${runs[@]}" --csv "$TMPDIR/plain.csv" -- "$servers/c-epoll"
await has_a_run '^run,' "$TMPDIR/plain.csv"
kill -HUP "$client"
finish
expect_status 3
expect_out 'interrupted'

# A background job of a shell without job control, as this one is.
"$volley" "${runs[@]}" --csv "$TMPDIR/job.csv" -- "$servers/c-epoll" >"$out" 2>"$err" </dev/null &
client=$!
await child_of "$client"
! ignores "$(child_of "$client")" INT || fail "the server ignores SIGINT"
await has_a_run '^run,' "$TMPDIR/job.csv"
kill -INT "$client"
finish
expect_status 3
expect_out '3 of 3 complete'

"$VOLLEY_DIR/sweep" --servers "$servers/c-epoll" --clients 1 --cores 1 --runs 3 --out "$TMPDIR/swept" \
    -- --run-time 400ms --no-placement >"$out" 2>"$err" </dev/null &
client=$!
await has_a_run '"kind":"run"' "$TMPDIR/swept/results.jsonl"
kill -INT "$client"
finish
expect_status 0
[[ $(grep -c '"kind":"run"' "$TMPDIR/swept/results.jsonl") -eq 3 ]] || fail "not all three runs of the sweep"

"$VOLLEY_DIR/conform" --only sigterm-idle --only idle-costs-nothing "$servers/c-epoll" >"$out" 2>"$err" </dev/null &
client=$!
await child_of "$client"
kill -INT "$client"
finish
expect_status 0

# The caller ignores SIGCHLD; the ends of children are known nevertheless.
run bash -c "trap '' CHLD; exec \"\$@\"" - "$volley" --runs 2 --run-time 60ms --warmup 0 -- "$fake" --fault dies-after=5
expect_status 1
expect_err 'exited with status 1 during a run'
