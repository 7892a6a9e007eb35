#!/usr/bin/env bash
# The output and names of servers and the contents of files are shown with control and hidden characters escaped in every output, and a
# spreadsheet reads none of it as a formula.
# Not with the thread sanitizer: it is about what is written, by one thread.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"
export VOLLEY_SWEEP_LOCK=$TMPDIR
# Escape, C1, a change of direction, a zero-width character, an invalid byte; and a formula. As bytes, because bash turns \u into characters only
# where the locale has them.
evil=$'=a\e[2J\xc2\x9b\xe2\x80\xaeb\xe2\x80\x8bc\xff'
escaped='=a\\x1b\[2J\\u009b\\u202eb\\u200bc\\xff'

expect_clean() { # FILE...
    local file
    for file in "$@"; do
        ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xff' "$file" ||
            fail "what a terminal obeys, or nobody sees, is in $file: $(LC_ALL=C grep -anP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xff' "$file" | head -n 3 | cat -v)"
    done
}

# Its last words, and its path.
server="$TMPDIR/$evil"
# shellcheck disable=SC2016
printf '#!/bin/sh\nprintf "%%s\\n" "words %s" >&2\nexit 1\n' "$evil" >"$server"
chmod +x "$server"
run "$volley" "${short[@]}" -- "$server"
expect_status 1
expect_err "saying: words $escaped"
expect_clean "$out" "$err"
run "$volley" "${short[@]}" -- "$TMPDIR/none-$evil"
expect_status 2
expect_one_line_on_stderr
expect_err "none-$escaped"
expect_clean "$out" "$err"
run "$volley" "--$evil" 1
expect_status 2
expect_clean "$out" "$err"
run "$VOLLEY_DIR/conform" --only starts-and-answers "$server"
expect_clean "$out" "$err"
run "$VOLLEY_DIR/conform" "$server"
expect_out "$escaped"
expect_clean "$out" "$err"

# A name in every output, on the plan and in the commands of a repetition.
csv=$TMPDIR/results.csv
run "$volley" "${short[@]}" --name "$evil" --csv "$csv" --json "$TMPDIR/results.jsonl" --hgrm "$TMPDIR/results.hgrm" -- "$fake"
expect_status 3
expect_out "^$escaped: closed loop"
grep -q "'$escaped" "$csv" || fail "the name begins a formula in the CSV"
expect_clean "$out" "$err" "$csv" "$TMPDIR/results.jsonl" "$TMPDIR/results.hgrm"
cp "$fake" "$TMPDIR/works-$evil"
run "$volley" --print-plan --print-numactl -- "$TMPDIR/works-$evil"
expect_status 0
expect_out "works-$escaped"
expect_clean "$out" "$err"

# A sweep's progress, plan and summary. "=" ends a name there.
sweep=("$VOLLEY_DIR/sweep" --servers "${evil#=}=$TMPDIR/works-$evil" --clients 1 --cores 1)
run "${sweep[@]}" --dry-run -- --no-placement
expect_clean "$out" "$err"
run "${sweep[@]}" --runs 1 --out "$TMPDIR/swept" -- --run-time 50ms --warmup 0 --no-placement
expect_status 0
expect_err "${escaped#=}, 1 connection, 1 core, round 1"
expect_clean "$out" "$err"

# compare, with a file from outside that contains the name; in JSON the invalid byte became U+FFFD.
escaped=${escaped%\\\\xff}
run "$VOLLEY_DIR/compare" "$TMPDIR/results.jsonl" --csv "$csv" --json "$TMPDIR/c.json" --markdown "$TMPDIR/c.md" --tables "$TMPDIR/tables"
expect_status 0
expect_out "^  $escaped"
grep -q "'$escaped" "$csv" || fail "the name begins a formula in the CSV"
grep -q 'x1b\\\[2J\\\\u009b' "$TMPDIR/c.md" || fail "Markdown lacks the name as text"
expect_clean "$out" "$err" "$csv" "$TMPDIR/c.json" "$TMPDIR/c.md" "$TMPDIR"/tables/*.csv
run "$VOLLEY_DIR/compare" "$TMPDIR/results.jsonl" --where "server=$evil-none"
expect_status 2
expect_clean "$out" "$err"
