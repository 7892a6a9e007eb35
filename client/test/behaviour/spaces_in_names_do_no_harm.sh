#!/usr/bin/env bash
# Directories, servers, arguments and result files with spaces in their names.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

mkdir "$TMPDIR/a directory"
cp "$fake" "$TMPDIR/a directory/my server"
run "$volley" "${short[@]}" --json "$TMPDIR/a directory/the results" --config /dev/null -- "$TMPDIR/a directory/my server" --fault 'no such fault'
expect_status 1
expect_err "a flag is unknown"
run "$volley" "${short[@]}" --json "$TMPDIR/a directory/the results" -- "$TMPDIR/a directory/my server"
expect_status 3
grep -q '"server_name":"my server"' "$TMPDIR/a directory/the results" || fail "not recorded"
