#!/usr/bin/env bash
# Client and server on one CPU are measured nevertheless, with a warning that gives the consequence, and the fact is in the result.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

cpu=$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')
run taskset -c "$cpu" "$volley" "${short[@]}" --csv "$TMPDIR/rows" -- "$servers/c-epoll"
expect_status 3
expect_out 'warning: cpus-shared'
[[ $(last_csv "$TMPDIR/rows" sharing) == some_cpus ]] || fail "not recorded: $(last_csv "$TMPDIR/rows" sharing)"
