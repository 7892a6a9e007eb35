#!/usr/bin/env bash
# With any of the descriptors 0 to 2 closed at the start, no report, message or banner ends up in a file or a socket. What can be measured
# is measured, and a report that cannot be delivered is an error. In every program.
# Not with the thread sanitizer: it is about what a program does before its first thread.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

grid=(--servers "$servers/c-epoll" --clients 1 --cores 1 --runs 2)
quick=(--run-time 50ms --warmup 10ms --no-placement)
choices=("0" "1" "2" "0 1" "0 2" "1 2" "0 1 2")

# Runs a command with those descriptors closed and the others in files; "2" lies in $choice.
run_closed() { # DESCRIPTORS COMMAND...
    local choice=$1
    shift
    status=0
    : >"$out"
    : >"$err"
    (
        exec </dev/null >"$out" 2>"$err"
        [[ $choice != *0* ]] || exec 0<&-
        [[ $choice != *1* ]] || exec 1>&-
        [[ $choice != *2* ]] || exec 2>&-
        exec timeout --kill-after=5 100 "$@"
    ) || status=$?
    [[ $status -ne 124 && $status -ne 137 ]] || fail "it hangs with $choice closed: $*"
}
# Checks that every line is a record.
is_pure() { # FILE
    [[ -s $1 ]] || fail "with $choice closed nothing is in $1"
    ! grep -v '^{"schema".*}$' "$1" || fail "with $choice closed something else is in $1"
}
# A closed standard output changes the exit status, and is reported if stderr is open; other closed descriptors have no effect.
expect_for() { # CHOICE STATUS-IF-OPEN...
    if [[ $1 == *1* ]]; then
        [[ $status -eq 1 ]] || fail "status $status with $1 closed, though nobody gets the report"
        [[ $1 == *2* ]] || grep -qE 'standard output|write error' "$err" || fail "nothing is said of the standard output with $1 closed"
    else
        [[ " ${*:2} " == *" $status "* ]] || fail "status $status with $1 closed"
    fi
}

for choice in "${choices[@]}"; do
    # The report goes to a file of results, so a closed standard output is no loss.
    rm -rf "$TMPDIR"/{results.jsonl,rows.csv,figures.hgrm,sweep,ranking.md,tables}
    run_closed "$choice" "$volley" --runs 2 "${quick[@]}" --quiet --json "$TMPDIR/results.jsonl" --csv "$TMPDIR/rows.csv" \
        --hgrm "$TMPDIR/figures.hgrm" -- "$servers/c-epoll"
    [[ $status -eq 0 || $status -eq 3 ]] || fail "status $status with $choice closed"
    is_pure "$TMPDIR/results.jsonl"
    [[ $(wc -l <"$TMPDIR/rows.csv") -eq 4 ]] || fail "with $choice closed there are other lines in the rows: $(cat "$TMPDIR/rows.csv")"
    head -n 1 "$TMPDIR/figures.hgrm" | grep -q Percentile || fail "with $choice closed something stands before the percentiles"

    # Nothing is measured if the report could not be delivered.
    run_closed "$choice" "$volley" --runs 2 "${quick[@]}" -- "$servers/c-epoll"
    expect_for "$choice" 0 3
    run_closed "$choice" "$volley" --runs 2 "${quick[@]}" --json - -- "$servers/c-epoll"
    expect_for "$choice" 0 3
    run_closed "$choice" "$volley" --help
    expect_for "$choice" 0

    run_closed "$choice" "$VOLLEY_DIR/sweep" "${grid[@]}" --out "$TMPDIR/sweep" -- "${quick[@]}"
    is_pure "$TMPDIR/sweep/results.jsonl"
    [[ $status -eq 0 ]] || fail "a sweep, which says all on stderr, has status $status with $choice closed"
    run_closed "$choice" "$VOLLEY_DIR/sweep" "${grid[@]}" --out "$TMPDIR/sweep" --dry-run
    expect_for "$choice" 0
    cp "$TMPDIR/sweep/results.jsonl" "$TMPDIR/before"
    run_closed "$choice" "$VOLLEY_DIR/compare" "$TMPDIR/sweep/results.jsonl" --markdown "$TMPDIR/ranking.md" --tables "$TMPDIR/tables"
    expect_for "$choice" 0
    cmp -s "$TMPDIR/before" "$TMPDIR/sweep/results.jsonl" || fail "with $choice closed compare has written into what it read"
    head -n 3 "$TMPDIR/ranking.md" | grep -q '^[#|*A-Za-z0-9]' || fail "with $choice closed the ranking does not begin as one"

    run_closed "$choice" "$VOLLEY_DIR/conform" --only becomes-ready --only adds-one "$servers/c-epoll"
    expect_for "$choice" 0
    run_closed "$choice" "$VOLLEY_DIR/conform" --list
    expect_for "$choice" 0

    for script in bench sweep; do
        run_closed "$choice" "benchmark/$script.sh" --help
        expect_for "$choice" 0
    done

    # The output of a noisy server gets into none of its sockets.
    run_closed "$choice" "$fake" --help
    [[ $choice == *1* || $status -eq 0 ]] || fail "fake_server ends with $status, $choice closed"
    port=$((20000 + ($$ + ${#choice}) % 10000))
    run_closed "$choice" "$fake" -p "$port" --fault prints-on-stdout --fault noisy-stderr &
    shouting=$!
    await eval ": 3<>/dev/tcp/127.0.0.1/$port"
    run "$volley" "${short[@]}" -p "$port" --quiet --json "$TMPDIR/own.jsonl"
    pkill -P "$shouting" || true
    wait "$shouting" 2>/dev/null || true
    [[ $status -eq 0 || $status -eq 3 ]] || fail "a server that shouts with $choice closed is not measured: status $status"
    is_pure "$TMPDIR/own.jsonl"
done
