#!/usr/bin/env bash
# SIGKILL at random moments, twenty times, and resumed each time: the sweep ends with exactly the planned runs, each round of each cell
# once, and nothing left behind.
# Not with the thread sanitizer: a sweep has the threads of a run, which other scripts try.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

sweep=$VOLLEY_DIR/sweep
export VOLLEY_SWEEP_LOCK=$TMPDIR
RANDOM=20151026
runs=12
kills=20
grid="$servers/c-epoll,$servers/c-threaded,fake=$fake"
command=("$sweep" --servers "$grid" --clients "1,4" --cores 1 --runs "$runs"
    --out "$TMPDIR/results" -- --run-time 50ms --warmup 0 --no-placement)

# One line for each complete run: server, connections, round.
runs_in() {
    grep '"kind":"run".*"complete":true.*"histogram":{.*}$' "$1" |
        sed -E 's/.*"server_name":"([^"]*)".*"round":([0-9]+),"connections":([0-9]+),.*/\1 \3 \2/'
}

results=$TMPDIR/results/results.jsonl
mkdir "$TMPDIR/results"
: >"$results"
lives=0
for ((kill = 1; kill <= kills; kill++)); do
    start "${command[@]}"
    # At once, in the first run, or some runs later.
    sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
    left=$(pgrep -P "$client" || true)
    kill -KILL "$client" 2>/dev/null || fail "it ended before it was killed: too few runs are planned"
    finish
    for server in $left; do
        expect_gone "$server"
    done
    now=$(grep -c '"kind":"run"' "$results" || true)
    lives=$((lives + (now > 0 ? 1 : 0)))
done
[[ $lives -gt 0 ]] || fail "no run was recorded before the last kill: nothing was tried"

# A writer killed in mid write leaves half a line.
half=$(grep '"kind":"run"' "$results" | tail -n 1 | cut -c 1-1000)
printf '%s' "$half" >>"$results"
run "${command[@]}"
expect_status 0
made=$TMPDIR/made
runs_in "$results" | sort >"$made"
for server in c-epoll c-threaded fake; do
    for clients in 1 4; do
        for ((round = 1; round <= runs; round++)); do
            printf '%s %s %s\n' "$server" "$clients" "$round"
        done
    done
done | sort >"$TMPDIR/planned"
diff "$TMPDIR/planned" "$made" || fail "lost (<) or made twice (>)"

# Nothing is missing: nothing is done, and nothing is written.
before=$(cksum <"$results")
run "${command[@]}"
expect_status 0
[[ $(cksum <"$results") == "$before" ]] || fail "a sweep that has all its runs wrote something"
