#!/usr/bin/env bash
# Results of one plan accept no runs of another: the message names the difference and the remedy. Wrong arguments give one line each.
# Not with the thread sanitizer: what is refused has not started a thread.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

sweep=$VOLLEY_DIR/sweep
export VOLLEY_SWEEP_LOCK=$TMPDIR
quick=(-- --run-time 50ms --warmup 0 --no-placement)
out_dir=$TMPDIR/results
begin=(--servers "$servers/c-epoll" --clients 1 --cores 1 --runs 1 --out "$out_dir")
run "$sweep" "${begin[@]}" --seed 3 "${quick[@]}"
expect_status 0

expect_refusal() { # TEXT WORD...
    local text=$1 before
    shift
    before=$(cksum <"$out_dir/results.jsonl")
    run "$sweep" "$@"
    expect_status 2
    expect_one_line_on_stderr
    expect_err "$text"
    [[ $(cksum <"$out_dir/results.jsonl") == "$before" ]] || fail "the results were changed"
}
other='holds another sweep .*choose another --out'
expect_refusal "(clients: 1 there, 2 here).*choose another --out" --servers "$servers/c-epoll" --clients 2 --cores 1 --out "$out_dir" "${quick[@]}"
expect_refusal "$other" --servers "$servers/c-epoll,$fake" --clients 1 --cores 1 --out "$out_dir" "${quick[@]}"
expect_refusal '(seed: 3 there, 4 here)' "${begin[@]}" --seed 4 "${quick[@]}"
expect_refusal '(--run-time: 0.05s there, 0.06s here)' "${begin[@]}" -- --run-time 60ms --warmup 0 --no-placement
expect_refusal '--clients is missing' --servers x --cores 1
expect_refusal 'no server .no-such-server. in ' --servers no-such-server --clients 1 --cores 1
expect_refusal '--json cannot be given to the client' "${begin[@]}" -- --json x

# The same plan written differently, or with more precision, is accepted.
run "$sweep" "${begin[@]}" -- -d 0.05s -w 0ms --no-placement --precision 1%
expect_status 0
