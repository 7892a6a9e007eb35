#!/usr/bin/env bash
# The plan gives the server a CPU; one that goes elsewhere fails the run, so that no figure stands under a wrong placement.
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
