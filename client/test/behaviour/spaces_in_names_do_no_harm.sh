#!/usr/bin/env bash
# Directories, servers, arguments and result files with spaces in their names.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

mkdir "$TMPDIR/a directory"
cat >"$TMPDIR/a directory/my server" <<'SCRIPT'
#!/usr/bin/env bash
printf '%s\n' "${@:3:2}" >"${0%/*}/its arguments"
exec "$1" "${@:5}"
SCRIPT
chmod +x "$TMPDIR/a directory/my server"
run "$volley" "${short[@]}" --json "$TMPDIR/a directory/the results" -- "$TMPDIR/a directory/my server" "$fake" '' 'two words' '  "quoted" *; '
expect_status 3
grep -q '"server_name":"my server"' "$TMPDIR/a directory/the results" || fail "not recorded"
printf '%s\n' 'two words' '  "quoted" *; ' | cmp - "$TMPDIR/a directory/its arguments" || fail "the arguments did not arrive as they were"
