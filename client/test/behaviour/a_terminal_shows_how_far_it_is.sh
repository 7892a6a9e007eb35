#!/usr/bin/env bash
# On a terminal there is a live line, unless --quiet is given. If stderr is no terminal, a run of the same length leaves it empty.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

long=(--runs 3 --run-time 600ms --warmup 10ms)
run "$volley" "${long[@]}" -- "$servers/c-epoll"
expect_status 3
[[ ! -s $err ]] || fail "something on stderr"
command -v script >/dev/null || skip "script(1) is missing"
run script -qec "'$volley' ${long[*]} -- '$servers/c-epoll'" /dev/null
expect_out 'run 2 .*round trips'
expect_out '3 of 3 complete'
run script -qec "'$volley' ${long[*]} --quiet -- '$servers/c-epoll'" /dev/null
[[ ! -s $out ]] || fail "--quiet prints"
