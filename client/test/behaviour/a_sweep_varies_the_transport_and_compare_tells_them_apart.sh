#!/usr/bin/env bash
# sweep --transports measures each server over each transport, skips aloud what a server does not speak, and goes on where it was; compare
# --by transport sets the transports of one server side by side.
# Not with the thread sanitizer: it measures nothing that other scripts do not.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"
export VOLLEY_SWEEP_LOCK=$TMPDIR

for name in many few; do
    mkdir "$TMPDIR/$name"
    cp "$fake" "$TMPDIR/$name/$name"
done
printf 'transports = ["tcp", "unix", "unix-seqpacket"]\n' >"$TMPDIR/many/server.toml"
printf 'transports = ["tcp"]\n' >"$TMPDIR/few/server.toml"

sweep=("$VOLLEY_DIR/sweep" --servers "$TMPDIR/many/many,$TMPDIR/few/few" --clients 2 --cores 1 --transports "tcp,unix,unix-seqpacket"
    --runs 3 --seed 7 --out "$TMPDIR/sweep" -- --run-time 50ms --warmup 10ms)
run "${sweep[@]}"
expect_status 0
grep -hq 'few: skipped: it speaks tcp, not unix-seqpacket' "$out" "$err" || fail "nothing says that few lacks unix-seqpacket"
results=$TMPDIR/sweep/results.jsonl
# The endpoint of each run, not the option that was given.
for expected in '6 "driver":"[a-z]*","transport":"tcp"' '3 "driver":"[a-z]*","transport":"unix"' '3 "driver":"[a-z]*","transport":"unix-seqpacket"'; do
    [[ $(grep '"kind":"run"' "$results" | grep -c "${expected#* }") -eq ${expected%% *} ]] || fail "not ${expected%% *} runs with ${expected#* }"
done
before=$(wc -c <"$results")
run "${sweep[@]}"
expect_status 0
! tail -c +$((before + 1)) "$results" | grep -q '"trips"' || fail "a finished sweep measured again"

run "$VOLLEY_DIR/compare" "$results" --by transport --where server=many
expect_status 0
for transport in tcp unix unix-seqpacket; do
    expect_out "^ *[0-9.]* *$transport \|$transport"
done
! grep -q 'other-options\|different options' "$out" "$err" || fail "the transport is called another option"

run "$VOLLEY_DIR/sweep" --servers "$fake" --clients 1 --cores 1 --transports tcp,pigeon --dry-run
expect_status 2
expect_err "--transports 'pigeon' is not tcp, unix or unix-seqpacket"
expect_one_line_on_stderr
run "$VOLLEY_DIR/sweep" --servers "$fake" --clients 1 --cores 1 --dry-run -- --transport unix
expect_status 2
expect_err 'give it to the sweep: --transports before --'
