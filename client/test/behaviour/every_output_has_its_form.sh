#!/usr/bin/env bash
# One document on stdout, in whichever form; nothing on stderr, and no live line if stderr is no terminal.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

measure() {
    run "$volley" "${short[@]}" "$@" -- "$servers/c-epoll"
    expect_status 3
    [[ ! -s $err ]] || fail "something on stderr"
}
measure --classic
[[ $(grep -cxE '[0-9.e+-]+us [0-9.e+-]+us [0-9]+' "$out") -eq 1 && $(wc -l <"$out") -eq 1 ]] || fail "not the classic line"
measure --json -
[[ $(grep -c '^{.*}$' "$out") -eq 3 && $(wc -l <"$out") -eq 3 ]] || fail "not three JSON lines"
measure --csv -
[[ $(wc -l <"$out") -eq 4 ]] || fail "not a header and three rows"
# The reason may hold commas within quotes; the counts agree once quoted text is gone.
[[ $(sed 's/"[^"]*"//g' "$out" | awk -F, '{ print NF }' | sort -u | wc -l) -eq 1 ]] || fail "rows of different lengths"
measure --hgrm -
expect_out '^ *Value *Percentile *TotalCount *1/(1-Percentile)$'
expect_out '^#\[Mean'
awk '/^ *[0-9]/ { if ($1 < value || $2 < share || $3 < total) exit 1; value = $1; share = $2; total = $3 }
    END { if (share != 1 || total == 0) exit 1 }' "$out" || fail "percentiles do not rise to 1"
measure -q
[[ ! -s $out ]] || fail "--quiet prints"
