#!/usr/bin/env bash
# A sweep combines all its runs into figures, so it refuses to go on after a server or the client was replaced, even while it runs. compare names
# builds mixed in one file, and accepts another build in NEW as the change under test.
# Not with the thread sanitizer: a sweep has the threads of a run, which other scripts try.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"
sweep=$VOLLEY_DIR/sweep
compare=$VOLLEY_DIR/compare
export VOLLEY_SWEEP_LOCK=$TMPDIR
quick=(-- --run-time 50ms --warmup 0 --no-placement)
results=$TMPDIR/out.d/results.jsonl

sweep_with() { # RUNS
    run "$sweep" --servers "mine=$TMPDIR/it/mine" --clients 1 --cores 1 --seed 7 --runs "$1" --out "$TMPDIR/out.d" "${quick[@]}"
}
afresh() {
    rm -rf "$TMPDIR/it" "$TMPDIR/out.d"
    mkdir -p "$TMPDIR/it"
}
# FILE: the executed file, replaced between two starts. Refused both if all runs are made already and if some are missing.
expect_refusal_after_change_of() { # FILE NAME-IN-THE-MESSAGE
    sweep_with 2
    expect_status 0
    cp -p "$results" "$TMPDIR/before.jsonl"
    sweep_with 3
    expect_status 0
    # 5 ms slower, in the same file.
    printf '%s\n' "$slower" >"$1"
    local runs
    for runs in 3 5; do
        sweep_with "$runs"
        expect_status 2
        expect_one_line_on_stderr
        expect_err "the server mine is not the same build as .*: $2 was .* and is .* now; .*--out, or move .* away"
    done
    [[ $(grep -c '"kind":"run"' "$results") -eq 3 ]] || fail "a run of the other build is in the file"
}
faster="#!/bin/sh
exec '$fake' \"\$@\""
slower="#!/bin/sh
exec '$fake' --fault late=5 \"\$@\""

# The executable itself.
afresh
printf '%s\n' "$faster" >"$TMPDIR/it/mine"
chmod +x "$TMPDIR/it/mine"
expect_refusal_after_change_of "$TMPDIR/it/mine" mine

# A file built in a server's directory and named only by a script.
afresh
mkdir "$TMPDIR/it/target"
printf 'name = "mine"\n' >"$TMPDIR/it/server.toml"
# shellcheck disable=SC2016
printf '#!/bin/sh\n. "$(dirname "$0")/target/real"\n' >"$TMPDIR/it/mine"
printf '%s\n' "$faster" >"$TMPDIR/it/target/real"
chmod +x "$TMPDIR/it/mine"
expect_refusal_after_change_of "$TMPDIR/it/target/real" target/real

# The program that a running script has become, wherever it is; then every run has the current build.
afresh
mkdir "$TMPDIR/elsewhere"
cp "$servers/c-epoll" "$TMPDIR/elsewhere/real"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$TMPDIR/elsewhere/real" >"$TMPDIR/it/mine"
chmod +x "$TMPDIR/it/mine"
sweep_with 2
expect_status 0
cp -p "$results" "$TMPDIR/old.jsonl"
rm "$TMPDIR/elsewhere/real"
cp "$fake" "$TMPDIR/elsewhere/real"
sweep_with 2
expect_status 2
expect_err "elsewhere/real was .* and is .* now"

# The interpreter of a script, found through env.
afresh
mkdir "$TMPDIR/bin"
printf '#!/bin/sh\nexec /bin/sh "$@"\n' >"$TMPDIR/bin/my-shell"
chmod +x "$TMPDIR/bin/my-shell"
printf '#!/usr/bin/env my-shell\nexec "%s" "$@"\n' "$fake" >"$TMPDIR/it/mine"
chmod +x "$TMPDIR/it/mine"
PATH=$TMPDIR/bin:$PATH
sweep_with 2
expect_status 0
printf '# another one\n' >>"$TMPDIR/bin/my-shell"
sweep_with 2
expect_status 2
expect_err 'bin/my-shell was .* and is .* now'

# While it runs.
afresh
printf '%s\n' "$faster" >"$TMPDIR/it/mine"
chmod +x "$TMPDIR/it/mine"
runs_are_there() { [[ $(grep -c '"kind":"run"' "$results") -ge $1 ]]; }
start "$sweep" --servers "mine=$TMPDIR/it/mine" --clients 1 --cores 1 --seed 7 --runs 500 --out "$TMPDIR/out.d" "${quick[@]}"
await runs_are_there 2
printf '%s\n' "$slower" >"$TMPDIR/it/new"
chmod +x "$TMPDIR/it/new"
mv "$TMPDIR/it/new" "$TMPDIR/it/mine"
finish
expect_status 1
expect_err '^sweep: the server mine is not the same build as when the sweep began: mine was '

# Another client: not the program that made the runs.
afresh
printf '%s\n' "$faster" >"$TMPDIR/it/mine"
chmod +x "$TMPDIR/it/mine"
sweep_with 2
expect_status 0
sed -i -E 's/"client_hash":"[0-9a-f]{8}/"client_hash":"00000000/' "$results"
sweep_with 3
expect_status 2
expect_one_line_on_stderr
expect_err 'holds runs of another build of volley'
# An older file without builds is accepted.
sed -i -E -e 's/"client_hash":"[0-9a-f]*",//' -e 's/"server_fingerprint":\{[^}]*\},//' "$results"
sweep_with 3
expect_status 0

# A single measurement has one build, too; runs measured before are kept.
printf '%s\n' "$faster" >"$TMPDIR/it/mine"
start "$volley" --runs 500 --run-time 50ms --warmup 0 --no-placement --json "$TMPDIR/alone.jsonl" -- "$TMPDIR/it/mine"
enough() { [[ $(grep -c '"kind":"run"' "$TMPDIR/alone.jsonl") -ge 2 ]]; }
await enough
printf '%s\n' "$slower" >"$TMPDIR/it/new"
chmod +x "$TMPDIR/it/new"
mv "$TMPDIR/it/new" "$TMPDIR/it/mine"
finish
expect_status 1
expect_err 'is not the same build as in run 1: mine was replaced meanwhile'
expect_out 'round trip   mean'

# compare: one name with two builds in one file, and OLD against NEW, where this is expected.
measured() { # FILE SERVER
    run "$volley" "${short[@]}" --name mine --json "$1" --no-placement -- "$2"
    expect_status 3
}
measured "$TMPDIR/one.jsonl" "$servers/c-epoll"
cp "$TMPDIR/one.jsonl" "$TMPDIR/mixed.jsonl"
cp "$fake" "$TMPDIR/it/c-epoll"
measured "$TMPDIR/mixed.jsonl" "$TMPDIR/it/c-epoll"
measured "$TMPDIR/two.jsonl" "$TMPDIR/it/c-epoll"
run "$compare" "$TMPDIR/mixed.jsonl" --json "$TMPDIR/mixed.json"
expect_out 'the runs of mine are from 2 builds of the server (c-epoll differs)'
grep -q '"id": "other-server-build"' "$TMPDIR/mixed.json" || fail "the warning is not in the JSON"
run "$compare" "$TMPDIR/one.jsonl" "$TMPDIR/two.jsonl" --json "$TMPDIR/change.json"
expect_status 0
expect_out 'NEW has another build of the server: mine'
! grep -q 'warning: the runs' "$out" || fail "the question is taken for a fault"
grep -q '"server_build": "other"' "$TMPDIR/change.json" || fail "the JSON does not say that it is another build"
run "$compare" "$TMPDIR/one.jsonl" "$TMPDIR/one.jsonl"
expect_out 'both files have the same build of the server'
