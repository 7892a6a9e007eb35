#!/usr/bin/env bats
# The plots, as programs and by the data of their layers.

setup() {
    command -v Rscript >/dev/null || skip "R is missing: benchmark/setup.sh plot"
    cd "$BATS_TEST_DIRNAME/.." || return
    tables=$BATS_FILE_TMPDIR/tables
    unset VOLLEY_COMPARE MAKEFLAGS MAKELEVEL
}

# Writes awkward tables of this name, once.
have_tables() { # NAME
    [[ -d $tables ]] || timeout 60 Rscript plot/tests/awkward.R "$tables"
    results=$tables/$1
}

in_r() { # TEST_FILE
    run timeout 500 Rscript -e "options(warn = 1); testthat::test_file('plot/tests/$1', reporter = 'check', stop_on_failure = TRUE, stop_on_warning = TRUE)"
    echo "$output"
    [ "$status" -eq 0 ]
}

# The last line holds the words, and there is no traceback.
says() { # STATUS WORDS
    echo "$output"
    [ "$status" -eq "$1" ]
    [[ ${lines[-1]} == *"$2"* ]]
    [[ $output != *"Execution halted"* ]]
}

@test "the reader takes what compare writes and refuses what it does not know" { in_r test_reader.R; }
@test "layers hold the values, intervals and panels of the tables" { in_r test_layers.R; }
@test "every plot of every awkward result is drawn without a warning" { in_r test_awkward.R; }

@test "every plot runs alone: one of two kinds of picture, or one line why not" {
    have_tables sizes
    for file in plot/*.R; do
        name=$(basename "$file" .R)
        grep -q "^plot_$name <- function" "$file" || continue
        run timeout 60 Rscript "$file" "$results" "$BATS_TEST_TMPDIR/$name.svg"
        echo "$output"
        [ "$status" -eq 0 ]
        [ -z "$output" ]
        grep -q '</svg>' "$BATS_TEST_TMPDIR/$name.svg"
    done
    run timeout 60 Rscript plot/sizes.R "$tables/plain" "$BATS_TEST_TMPDIR/none.png"
    says 1 "plot/sizes.R: nothing to draw: all were measured with the same message size"
    [ "${#lines[@]}" -eq 1 ]
    [ ! -e "$BATS_TEST_TMPDIR/none.png" ]
}

@test "what makes a plot's file run alone is one line, the same in all, and the rest is written once" {
    [ "$(for file in plot/*.R; do ! grep -q "^plot_$(basename "$file" .R) <- function" "$file" || tail -n 1 "$file"; done | sort -u | wc -l)" -eq 1 ]
    run grep -l 'lib/alone.R' plot/*.R
    [ "$(grep -c 'sys.nframe' "${lines[@]}" | grep -vc ':1$')" -eq 0 ]
}

@test "from another directory, by a path with a space, and where letters are ASCII only" {
    have_tables plain
    ln -s "$PWD/plot" "$BATS_TEST_TMPDIR/a plot"
    cd /
    LC_ALL=C run timeout 60 Rscript "$BATS_TEST_TMPDIR/a plot/latency.R" "$results" "$BATS_TEST_TMPDIR/out.svg"
    says_nothing=$output
    [ "$status" -eq 0 ]
    [ -z "$says_nothing" ]
    grep -q 'µs' "$BATS_TEST_TMPDIR/out.svg"
}

@test "bad usage is one line and status 2" {
    have_tables plain
    for arguments in "" "$results" "$results out.gif" "$results a.png b.png"; do
        # The words are separate arguments.
        # shellcheck disable=SC2086
        run timeout 60 Rscript plot/runs.R $arguments
        says 2 "usage: Rscript plot/runs.R RESULTS OUT.png|OUT.svg"
        [ "${#lines[@]}" -eq 1 ]
    done
    run timeout 60 Rscript plot/all.R
    says 2 "usage: Rscript plot/all.R RESULTS [OUTDIR]"
    run timeout 60 make plot
    [ "$status" -eq 2 ]
    [[ $output == "make plot: RESULTS is missing; "* ]]
}

@test "what cannot be read or written is one line and status 1" {
    have_tables plain
    run timeout 60 Rscript plot/runs.R /nowhere.jsonl out.png
    says 1 "plot/runs.R: /nowhere.jsonl: no such file or directory"
    run timeout 60 Rscript plot/runs.R "$results" /nowhere/out.png
    says 1 "plot/runs.R: /nowhere/out.png: there is no directory /nowhere"
    printf '{"schema":"volley"}\n' >"$BATS_TEST_TMPDIR/results.jsonl"
    VOLLEY_COMPARE=/nowhere/compare run timeout 60 Rscript plot/runs.R "$BATS_TEST_TMPDIR/results.jsonl" "$BATS_TEST_TMPDIR/out.png"
    says 1 "plot/runs.R: /nowhere/compare does not exist"
}

@test "all.R draws what can be drawn, PNG and SVG, beside the results, and says why the rest is not" {
    have_tables one-server
    run timeout 120 Rscript plot/all.R "$results"
    says 0 "plots in $results/plots"
    [[ $output == *"plot: sizes is not drawn: all were measured with the same message size"* ]]
    [[ $output == *"plot: compare is not drawn: "* ]]
    [ -s "$results/plots/latency.png" ]
    [ -s "$results/plots/latency.svg" ]
    [ ! -e "$results/plots/sizes.png" ]
    run timeout 60 Rscript plot/all.R "$tables/nothing-complete" "$BATS_TEST_TMPDIR/none"
    says 1 "no plot can be drawn from these results"
}

@test "what target/compare writes of recorded runs is drawn" {
    command -v xz >/dev/null || skip "xz is missing: apt-get install xz-utils"
    [[ -x target/compare ]] || skip "target/compare is not built: make client"
    # Ends early, and xz is told so by a signal.
    xz -dc benchmark/results/first-picture.jsonl.xz 2>/dev/null | head -n 54 >"$BATS_TEST_TMPDIR/results.jsonl" || true
    run timeout 120 Rscript plot/all.R "$BATS_TEST_TMPDIR"
    says 0 " plots in $BATS_TEST_TMPDIR/plots"
    [[ $output != *Warning* ]]
}

@test "the original's own text file gives its figure" {
    printf '%s\n' 'c-threaded 40 1 90us 10us 1000000' 'c-threaded 40 2 50us 10us 1000000' 'go 40 1 80us 9us 1000000' 'go 40 2 45us 9us 1000000' \
        >"$BATS_TEST_TMPDIR/old.txt"
    run timeout 60 Rscript plot/throughput.R "$BATS_TEST_TMPDIR/old.txt" "$BATS_TEST_TMPDIR/old.svg"
    says_nothing=$output
    [ "$status" -eq 0 ]
    [ -z "$says_nothing" ]
    grep -q 'too short' "$BATS_TEST_TMPDIR/old.svg"
    run timeout 120 Rscript plot/all.R "$BATS_TEST_TMPDIR/old.txt" "$BATS_TEST_TMPDIR/old"
    says 0 "plot: 1 of "
}

@test "a plot is added by a file of its own" {
    have_tables one-cell
    cp -r plot "$BATS_TEST_TMPDIR/copy"
    # The dollar is R's.
    # shellcheck disable=SC2016
    printf '%s\n' 'plot_extra <- function(tables) finish(ggplot(tables$runs, aes(order, rtt_ns_mean)) + geom_point(), tables, "Extra", 5, 4)' \
        >"$BATS_TEST_TMPDIR/copy/extra.R"
    run timeout 120 Rscript "$BATS_TEST_TMPDIR/copy/all.R" "$results" "$BATS_TEST_TMPDIR/out"
    says 0 "plots in $BATS_TEST_TMPDIR/out"
    [ -s "$BATS_TEST_TMPDIR/out/extra.svg" ]
}
