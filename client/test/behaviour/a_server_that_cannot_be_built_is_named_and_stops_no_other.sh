#!/bin/bash
# Three servers: one builds, one lacks what it needs, one has a Makefile that fails. The first is
# there afterwards, the others are named with the reason, and the status says that something failed.
# In a directory with a space in its name.
# Not with the thread sanitizer: it builds servers.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
servers="$work/with space/servers"
mkdir -p "$servers"/{good,lacking,broken}
cp servers/Makefile servers/needs "$servers"
touch "$servers"/{good,broken}/server.toml
printf 'needs = ["command:bash", "command:no-such-command", "kernel:99"]\n' > "$servers/lacking/server.toml"
printf 'good:\n\tprintf "#!/bin/sh\\n" > $@ && chmod +x $@\nclean:\n\trm -f good\n' > "$servers/good/Makefile"
printf 'lacking:\n\ttouch $@ && chmod +x $@\nclean:\n' > "$servers/lacking/Makefile"
printf 'broken:\n\tfalse\nclean:\n' > "$servers/broken/Makefile"

fail() {
    echo "$*"
    exit 1
}
status=0
output=$(env -u MAKEFLAGS -u MAKELEVEL make -j 2 -C "$servers" 2> /dev/null) || status=$?
[[ $status -ne 0 ]] || fail "a failed build is not told by the exit status: $output"
grep -Eq '^good +built$' <<<"$output" || fail "the good server is not reported as built: $output"
grep -Eq '^broken +failed' <<<"$output" || fail "the broken server is not reported as failed: $output"
grep -Eq '^lacking +skipped: .*no-such-command is not on PATH; the kernel is .*, but 99 or newer is needed' <<<"$output" ||
    fail "the skipped server's reasons are not told: $output"
[[ $(ls "$work/with space/target/servers") == good ]] ||
    fail "links to other than the good server: $(ls "$work/with space/target/servers")"
[[ -x "$work/with space/target/servers/good" ]] || fail "the link to the good server leads nowhere"
if env -u MAKEFLAGS -u MAKELEVEL make -C "$servers" server-lacking > /dev/null 2>&1; then
    fail "server-lacking succeeds although its needs are not met"
fi
rm -r "$servers/broken"
env -u MAKEFLAGS -u MAKELEVEL make -C "$servers" > /dev/null 2>&1 || fail "a skip counts as a failure"
