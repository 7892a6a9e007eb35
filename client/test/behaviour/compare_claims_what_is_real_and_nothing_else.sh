#!/usr/bin/env bash
# A real difference between servers is found, and two copies of one server are not told apart. Torn lines are ignored, newer schemas are refused, and
# CI gets an exit status.
# Not with the thread sanitizer: compare has one thread.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"
compare=$VOLLEY_DIR/compare

run "$volley" "${short[@]}" --json "$TMPDIR/real.jsonl" -- "$servers/c-epoll"
expect_status 3
grep -m 1 '"kind":"run"' "$TMPDIR/real.jsonl" >"$TMPDIR/line"

# Real run lines but for name, round and round trips: 1,000 of NS each, which below 1,024 is also the number of the bucket.
made() { # SERVER ROUND NS
    sed -E -e "s/\"server_name\":\"[^\"]*\"/\"server_name\":\"$1\"/" -e "s/\"measurement\":\"[^\"]*\"/\"measurement\":\"$1-$2\"/" \
        -e "s/\"round\":[0-9]+/\"round\":$2/" -e 's/"run":[0-9]+/"run":1/' \
        -e "s/\"histogram\":\{.*/\"histogram\":{\"minimum\":$3,\"maximum\":$3,\"sum\":$((1000 * $3)),\"sum_of_squares\":$((1000 * $3 * $3)),\"bucket\":[$3],\"trips\":[1000]}}/" \
        "$TMPDIR/line"
}
# Twelve rounds on a machine that drifts by half; in addition, runs of one round differ by up to 1 %. per_mille: 1050 is 5 % slower than
# 1000.
rounds() { # SERVER PER_MILLE JITTER
    local round level
    for ((round = 1; round <= 12; round++)); do
        level=$((500 + 20 * round + (round * $3) % 7 - 3))
        made "$1" "$round" $((level * $2 / 1000))
    done
}
{
    rounds one 1000 3
    rounds copy 1000 5
    rounds slow 1050 2
} >"$TMPDIR/results.jsonl"

run "$compare" "$TMPDIR/results.jsonl" --baseline one
expect_status 0
expect_out '^  copy .*cannot be told apart$'
expect_out '^  slow .* slower$'
[[ ! -s $err ]] || fail "something on stderr"

# By another factor, to files, and as tables.
run "$compare" "$TMPDIR/results.jsonl" --where server=one,server=slow --csv "$TMPDIR/a b.csv" --json "$TMPDIR/r.json" --markdown - --tables "$TMPDIR/the tables"
expect_status 0
expect_out '^| slow .* slower |$'
grep -q ',slow,.*,slower,12,' "$TMPDIR/a b.csv" || fail "the CSV does not say slower"
grep -q '"verdict": "slower"' "$TMPDIR/r.json" || fail "the JSON does not say slower"
[[ $(find "$TMPDIR/the tables" -name '*.csv' | wc -l) -eq 11 ]] || fail "not eleven tables"

# A torn last line is reported and ignored, as is one in the middle of a file.
{
    cat "$TMPDIR/results.jsonl"
    head -c 800 "$TMPDIR/line"
} >"$TMPDIR/torn.jsonl"
run "$compare" "$TMPDIR/torn.jsonl" --baseline one
expect_status 0
expect_one_line_on_stderr
expect_err 'torn.jsonl:37: the line is not valid JSON'
expect_out '^  slow .* slower$'

# A newer schema is refused by name.
sed '5s/"schema_version":2/"schema_version":7/' "$TMPDIR/results.jsonl" >"$TMPDIR/newer.jsonl"
run "$compare" "$TMPDIR/newer.jsonl"
expect_status 1
expect_one_line_on_stderr
expect_err 'newer.jsonl:5: the record was written by a newer volley (schema 7'

# If nothing matches, the message names what exists.
run "$compare" "$TMPDIR/results.jsonl" --where server=nginx
expect_status 2
expect_one_line_on_stderr
expect_err 'server=nginx matches nothing; .* has server copy, one, slow'
run "$compare" "$TMPDIR/results.jsonl" --where colour=red
expect_status 2
expect_err 'keys are server, clients, cores, message_bytes and transport'
run "$compare" "$TMPDIR/results.jsonl" --baseline nginx
expect_status 2
expect_err 'nginx.* copy, one, slow'

# Runs that were not interleaved are ranked, but nothing is claimed about them.
{
    grep '"server_name":"one"' "$TMPDIR/results.jsonl"
    grep '"server_name":"slow"' "$TMPDIR/results.jsonl" | sed -E 's/"round":[0-9]+/"round":0/'
} >"$TMPDIR/apart.jsonl"
run "$compare" "$TMPDIR/apart.jsonl"
expect_status 0
expect_out '^  slow .* no common rounds$'

# OLD and NEW: a change that doubles the round trip, none, and a server that fails now.
rounds server 500 3 >"$TMPDIR/old.jsonl"
rounds server 1000 5 >"$TMPDIR/new.jsonl"
run "$compare" "$TMPDIR/old.jsonl" "$TMPDIR/new.jsonl" --fail-if-slower 5%
expect_status 4
expect_err '^compare: server: slower, '
expect_out 'server .* slower$'
run "$compare" "$TMPDIR/new.jsonl" "$TMPDIR/old.jsonl" --fail-if-slower 5%
expect_status 0
expect_out 'server .* faster$'
run "$compare" "$TMPDIR/new.jsonl" "$TMPDIR/new.jsonl" --fail-if-slower 0%
expect_status 0
expect_out 'cannot be told apart$'
sed 's/"complete":true,"error":""/"complete":false,"error":"it died"/' "$TMPDIR/new.jsonl" >"$TMPDIR/broken.jsonl"
run "$compare" "$TMPDIR/old.jsonl" "$TMPDIR/broken.jsonl" --fail-if-slower 5%
expect_status 1
expect_err 'every run of .*broken.jsonl failed'
# With too few runs nothing is claimed, and the output says so.
head -n 6 "$TMPDIR/new.jsonl" >"$TMPDIR/few.jsonl"
run "$compare" "$TMPDIR/old.jsonl" "$TMPDIR/few.jsonl" --fail-if-slower 5%
expect_status 0
expect_err 'server: more runs needed: about 10 '
