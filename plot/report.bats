#!/usr/bin/env bats
# The report: the file that plot/report.R writes, as text and in a headless Chromium.

setup_file() {
    export plot=$BATS_TEST_DIRNAME
    export page=$BATS_FILE_TMPDIR/report.html
    export tables=$BATS_FILE_TMPDIR/tables
    unset VOLLEY_COMPARE
    command -v Rscript >/dev/null || return 0
    Rscript "$plot/tests/report_tables.R" "$tables"
    Rscript "$plot/report.R" "$tables" "$page" 2>"$BATS_FILE_TMPDIR/said"
}

setup() {
    command -v Rscript >/dev/null || skip "R is missing: benchmark/setup.sh plot"
}

report() { run timeout 120 Rscript "$plot/report.R" "$@"; }

refused() { # STATUS WORDS: one line that holds the words
    echo "$output"
    [ "$status" -eq "$1" ]
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == *"$2"* ]]
}

# A line that begins with "!" fails no test of bats.
lacks() { if grep -q "$@" "$page"; then echo "in the page: ${*: -1}"; return 1; fi; }

in_browser() { # CHECK
    command -v chromium >/dev/null || skip "chromium is missing: benchmark/setup.sh test"
    command -v node >/dev/null || skip "node is missing: benchmark/setup.sh node"
    run timeout 90 node "$plot/tests/report_in_browser.mjs" "$1" "$page"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "it opens without an error, and its script is the one that the policy allows" { in_browser opens-without-a-complaint; }
@test "the ranking sorts by click, as numbers and in both directions" { in_browser sorts-by-click; }
@test "the ranking sorts by keyboard" { in_browser sorts-by-keyboard; }
@test "nothing is fetched, and nothing could be" { in_browser fetches-nothing; }
@test "with scripts disabled ranking and plots are there, in the order of the ranking" { in_browser reads-without-scripts; }
@test "every plot has a size, and ids are of one plot" { in_browser plots-have-sizes-and-ids-of-their-own; }
@test "it fits the screen of a phone" { in_browser fits-a-phone; }

@test "the browser leaves no profile and no process behind, even of a check that fails" {
    command -v chromium >/dev/null || skip "chromium is missing: benchmark/setup.sh test"
    command -v node >/dev/null || skip "node is missing: benchmark/setup.sh node"
    mkdir "$BATS_TEST_TMPDIR/own"
    TMPDIR=$BATS_TEST_TMPDIR/own run timeout 90 node "$plot/tests/report_in_browser.mjs" sorts-by-click /dev/null
    [ "$status" -eq 1 ]
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/own")" ]
    # From a file, so that the grep is none of those that it finds.
    echo "$BATS_TEST_TMPDIR/own" >"$BATS_TEST_TMPDIR/pattern"
    run grep -lsF -f "$BATS_TEST_TMPDIR/pattern" /proc/[0-9]*/cmdline
    [ -z "$output" ]
}

@test "what results call things is text in the page, and no element; where they lie is not told" {
    grep -qF '&lt;script&gt;document.title=&#39;stolen&#39;&lt;/script&gt;' "$page"
    lacks -F '<script>document'
    lacks -F '<b>bold</b>'
    lacks -F '<i>host</i>'
    lacks -F "$BATS_FILE_TMPDIR"
    # A name that looks like a mark of the template is no mark.
    grep -qF 'co&quot; {{script}}' "$page"
}

@test "no word of the results becomes a command, and what cannot be seen is shown" {
    commands=$(tr '\n' '\r' <"$page" | grep -oE '<pre><code>.*</code></pre>' | tr '\r' '\n')
    # shellcheck disable=SC2016
    for word in 'x; touch' '$(touch' bashrc theirs no-such-option; do
        [[ $commands != *"$word"* ]] || { echo "in the commands: $word"; return 1; }
    done
    for word in '--realtime' '&#39;--timeout=1s; touch stolen&#39;' '--statistic=--json'; do
        [[ $commands == *"$word"* ]] || { echo "not in the commands: $word"; return 1; }
    done
    grep -qF -- '\u202e\x1b' "$page"
    lacks $'\xe2\x80\xae'
    lacks $'\x1b'
}

@test "the options of a repetition are options of volley" {
    [ -x "$plot/../target/volley" ] || skip "the client is not built: make client"
    names=$(awk '/^options_with/ { on = 1 } on { print } /\)$/ { on = 0 }' "$plot/report/repeat.R" | grep -oE '"[a-z-]+"' | tr -d '"')
    [ "$(wc -w <<<"$names")" -eq 21 ]
    help=$("$plot/../target/volley" --help)
    for name in $names; do
        grep -qE -- "--$name( |$)" <<<"$help" || { echo "no option of volley: --$name"; return 1; }
    done
}

@test "nothing in it refers to anything outside" {
    lacks -iE '(src|href|action)="?(https?:|//|[a-z./]+\.(js|css|svg|png))'
    lacks -iE '@import|url\((http|//)'
}

@test "summary, failures, warnings, environment and the way to repeat it are in it" {
    for words in 'Faster than <b>c-epoll</b>: <b>rust-tokio</b>' 'Cannot be told apart from <b>c-epoll</b>' \
        'Too few runs for a verdict about <b>slow</b> (about 24 rounds)' 'because there are no complete runs in the same rounds' 'it is not built: cargo is missing' '10 of 10 runs failed' \
        'compare only runs of one kernel' 'a torn last line was passed over' 'A Processor 9000' 'benchmark/sweep.sh' '--seed 42' 'git checkout abcdef0'; do
        grep -qF -- "$words" "$page" || { echo "not in the page: $words"; return 1; }
    done
}

@test "the same results give the same file" {
    report "$tables" "$BATS_TEST_TMPDIR/again.html"
    [ "$status" -eq 0 ]
    cmp "$page" "$BATS_TEST_TMPDIR/again.html"
}

@test "a page of one cell, of which nothing is compared" {
    Rscript -e "lib <- '$plot/lib'; source(file.path(lib, 'all_plots.R')); source('$plot/tests/fake_tables.R')" \
        -e "write_tables(fake_tables('asio', clients = 1, runs = 1), '$BATS_TEST_TMPDIR/one')"
    report "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/one.html"
    [ "$status" -eq 0 ]
    grep -q 'nothing to compare it with' "$BATS_TEST_TMPDIR/one.html"
    grep -q 'Nothing was skipped' "$BATS_TEST_TMPDIR/one.html"
}

@test "in the C locale, too, and whatever the working directory" {
    cd "$BATS_TEST_TMPDIR"
    LC_ALL=C report "$tables" c.html
    [ "$status" -eq 0 ]
    cmp "$page" c.html
}

@test "without an OUT it stands beside the tables" {
    cp -r "$tables" "$BATS_TEST_TMPDIR/beside"
    report "$BATS_TEST_TMPDIR/beside"
    [ "$status" -eq 0 ]
    [ -s "$BATS_TEST_TMPDIR/beside/report.html" ]
}

@test "results that are not there, or not said, are one line" {
    report "$BATS_TEST_TMPDIR/none.jsonl" "$BATS_TEST_TMPDIR/x.html"
    refused 1 "none.jsonl: no such file"
    report
    refused 2 "usage: "
    report "$tables" "$BATS_TEST_TMPDIR/x.html" more
    refused 2 "usage: "
    [ ! -e "$BATS_TEST_TMPDIR/x.html" ]
}

@test "a file that cannot be written is one line, before anything is drawn" {
    report "$tables" "$BATS_TEST_TMPDIR/no/such/x.html"
    refused 1 "there is no directory"
    report "$tables" "$BATS_TEST_TMPDIR"
    refused 1 "is a directory"
}

@test "a report that cannot be finished leaves the old one as it was" {
    echo old >"$BATS_TEST_TMPDIR/x.html"
    mkdir "$BATS_TEST_TMPDIR/x.html.new"
    run timeout 120 bash -c "Rscript '$plot/report.R' '$tables' '$BATS_TEST_TMPDIR/x.html' 2>&1 | grep -v '^plot: '; exit \${PIPESTATUS[0]}"
    refused 1 "cannot write"
    [ "$(cat "$BATS_TEST_TMPDIR/x.html")" = old ]
}
