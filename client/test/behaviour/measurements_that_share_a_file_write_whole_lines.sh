#!/usr/bin/env bash
# Three clients append to one file at once; every line is complete.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

for client in 1 2 3; do
    "$volley" --runs 4 --run-time 50ms --warmup 0 --no-placement -q --json "$TMPDIR/lines" --seed $client -- "$servers/c-epoll" &
done
wait
[[ $(wc -l <"$TMPDIR/lines") -eq 15 ]] || fail "$(wc -l <"$TMPDIR/lines") lines instead of 15"
! grep -v '^{"schema":"volley".*}$' "$TMPDIR/lines" | cut -c1-200 | grep . || fail "a torn line"
