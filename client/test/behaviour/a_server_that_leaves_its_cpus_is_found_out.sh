#!/usr/bin/env bash
# The plan gives the server a CPU. A server that moves elsewhere fails the run, so that no figure is reported with a wrong placement.
# Alone: it looks at where threads run.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

[[ $(nproc) -ge 2 ]] || skip "there is one CPU only"
cpus=$(taskset -pc $$ | sed 's/.*: //')
cat >"$TMPDIR/wanderer" <<'SCRIPT'
#!/usr/bin/env bash
taskset -pc "$1" $$ >/dev/null
shift
exec "$@"
SCRIPT
chmod +x "$TMPDIR/wanderer"
run "$volley" "${short[@]}" -- "$TMPDIR/wanderer" "$cpus" "$servers/c-threaded"
expect_status 1
expect_err 'server'
expect_err 'no-placement'
run "$volley" --no-placement "${short[@]}" -- "$TMPDIR/wanderer" "$cpus" "$servers/c-threaded"
expect_status 3

# So does a child that pins itself elsewhere, before the start line or in mid run, while the server itself keeps to its CPU.
cat >"$TMPDIR/parent" <<'SCRIPT'
#!/usr/bin/env bash
(sleep "$1"; exec taskset -c "$2" sleep 1000) &
shift 2
exec "$@"
SCRIPT
chmod +x "$TMPDIR/parent"
for moment in 0 0.6; do
    run "$volley" --runs 2 --run-time 1s --warmup 10ms -- "$TMPDIR/parent" "$moment" "$cpus" "$servers/c-threaded"
    expect_status 1
    cat "$out" >>"$err"
    expect_err "server.*: thread [0-9]* may run on CPUs"
done
expect_err 'server after the measured part: thread'
