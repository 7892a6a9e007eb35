#!/usr/bin/env bash
# A file size limit (ulimit -f) is reported like a full disk: figures are printed, what fitted is kept, and the exit status shows it.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

export VOLLEY_SWEEP_LOCK=$TMPDIR
limited() { # KIB COMMAND...
    run bash -c 'ulimit -f "$1"; shift; exec "$@"' - "$@"
}
whole_lines() { grep -c '^{"schema".*}$' "$1" || true; }

limited 28 "$volley" --runs 8 --run-time 50ms --warmup 0 --json "$TMPDIR/results" -- "$servers/c-epoll"
expect_status 1
expect_out 'round trip   mean'
expect_out '8 of 8 complete'
expect_one_line_on_stderr
expect_err 'File too large; raise the file size limit (ulimit -f)'
[[ $(whole_lines "$TMPDIR/results") -ge 1 ]] || fail "no line of the results is whole"

grid=("$VOLLEY_DIR/sweep" --servers "$servers/c-epoll" --clients 1 --cores 1 --runs 8 --out "$TMPDIR/swept" -- --run-time 50ms --no-placement)
limited 36 "${grid[@]}"
expect_status 1
expect_err 'File too large'
kept=$(whole_lines "$TMPDIR/swept/results.jsonl")
[[ $kept -ge 2 ]] || fail "no run of the sweep is kept"
run "${grid[@]}"
expect_status 0
expect_err "resuming: "

# The thread sanitizer writes a file before main.
if [[ $VOLLEY_DIR != */tsan ]]; then
    limited 0 "$VOLLEY_DIR/compare" "$TMPDIR/swept/results.jsonl"
    [[ $status -eq 1 ]] || fail "compare: status $status instead of 1"
    limited 0 "$VOLLEY_DIR/conform" --only adds-one "$servers/c-epoll"
    [[ $status -eq 1 ]] || fail "conform: status $status instead of 1"
fi

# Only the client ignores the limit's signal: a server has it at its default, whatever else the caller ignores.
start "$volley" --runs 1 --run-time 10s -- "$servers/c-epoll"
await child_of "$client"
server=$(child_of "$client")
await grep -q c-epoll "/proc/$server/comm"
inherits=yes
! ignores "$server" XFSZ || inherits=
kill -INT "$client"
finish
[[ $inherits ]] || fail "the server ignores SIGXFSZ"
