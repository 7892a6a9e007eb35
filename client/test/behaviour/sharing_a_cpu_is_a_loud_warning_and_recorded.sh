#!/usr/bin/env bash
# One CPU for both is measured all the same, with a warning, its consequence, and the fact in the result.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

cpu=$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')
run taskset -c "$cpu" "$volley" "${short[@]}" --csv "$TMPDIR/rows" -- "$servers/c-epoll"
expect_status 3
expect_out 'warning: cpus-shared'
[[ $(last_csv "$TMPDIR/rows" sharing) == some_cpus ]] || fail "not recorded: $(last_csv "$TMPDIR/rows" sharing)"
