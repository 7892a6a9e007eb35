# Shared by the behaviour scripts, which source it first. Programs come from $VOLLEY_DIR, files go below $TMPDIR.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

VOLLEY_DIR=${VOLLEY_DIR:-$PWD/target}
TMPDIR=${TMPDIR:-/tmp}
volley=$VOLLEY_DIR/volley
fake=$VOLLEY_DIR/test/fake_server
# The sanitizer variants build no servers: servers are what is measured.
servers=$PWD/target/servers
# Short runs: these tests are about behaviour, not about figures.
short=(--runs 2 --run-time 60ms --warmup 10ms)
out=$TMPDIR/out
err=$TMPDIR/err

fail() {
    printf 'failed: %s\n' "$*"
    for file in "$out" "$err"; do
        [[ ! -e $file ]] || { printf -- '--- %s\n' "$file"; head -c 4000 "$file"; }
    done
    exit 1
}
skip() {
    printf '%s\n' "$*"
    exit 77
}

# Runs a command with its output in $out and $err, and leaves its status in $status. A command that reaches the deadline hangs.
run() {
    status=0
    timeout --kill-after=5 150 "$@" >"$out" 2>"$err" </dev/null || status=$?
    [[ $status -ne 124 && $status -ne 137 ]] || fail "it hangs: $*"
}

# Starts a command in the background as a terminal would (a plain job of a script ignores SIGINT), and leaves its process in $client.
start() {
    set -m
    "$@" >"$out" 2>"$err" </dev/null &
    client=$!
    set +m
}
# Waits for it, and leaves its status in $status.
finish() {
    status=0
    wait "$client" 2>/dev/null || status=$?
}

expect_status() { [[ $status -eq $1 ]] || fail "status $status instead of $1"; }
expect_out() { grep -q -- "$1" "$out" || fail "stdout lacks: $1"; }
expect_err() { grep -q -- "$1" "$err" || fail "stderr lacks: $1"; }
expect_one_line_on_stderr() {
    [[ $(wc -l <"$err") -eq 1 ]] || fail "not one line on stderr"
}
# Waits until a command succeeds, for a minute at most.
await() {
    local attempt
    for ((attempt = 0; attempt < 1200; attempt++)); do
        ! "$@" 2>/dev/null || return 0
        sleep 0.05
    done
    fail "in vain waited for: $*"
}
# The process that PID has started, once there is one.
child_of() { pgrep -P "$1"; }
expect_gone() { # PID: dead, or dead and not yet reaped by init
    await bash -c "! [ -e /proc/$1 ] || grep -q '^State:[[:space:]]*Z' /proc/$1/status"
}
# Whether a process ignores a signal.
ignores() { # PROCESS SIGNAL
    (((16#$(awk '$1 == "SigIgn:" { print $2 }' "/proc/$1/status") >> ($(kill -l "$2") - 1)) & 1))
}
# One value from the last row of a CSV file.
last_csv() { # FILE COLUMN
    awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i } END { print $column }' "$1"
}
# Whether this user can give up privileges, and run() without them: from a copy, because other users may not be able to read the project's
# directory.
can_be_nobody() { [[ $(id -u) -eq 0 ]] && command -v setpriv >/dev/null; }
run_as_nobody() { # LIMITS ARGUMENT...: limits as for ulimit, such as "-n 256"
    chmod 755 "$TMPDIR"
    [[ -e $TMPDIR/volley ]] || cp "$volley" "$TMPDIR/volley"
    # The limits are separate words.
    # shellcheck disable=SC2016
    run setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all \
        bash -c 'ulimit $1; shift; exec "$@"' - "$1" "$TMPDIR/volley" "${@:2}"
}
is_sanitized() { [[ $VOLLEY_DIR == */asan || $VOLLEY_DIR == */tsan ]]; }
