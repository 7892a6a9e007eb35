#!/usr/bin/env bash
# Records rounds of three servers for the test of comparisons: two identical copies under two names, and one that does a known amount of
# extra work for each request. Its output is client/compare/testdata/recorded_rounds.csv.
#
# usage: record_rounds.sh [ROUNDS [STEPS]]      (100 3000; "steps" as in client/test/work_per_send.c)
#
# All three are c-epoll under the same preloaded library. Client and server share one CPU, and both run under SCHED_FIFO, which needs root.
# A round trip is then all work and no waiting, so extra work adds directly to the round trip.
set -euo pipefail

rounds=${1:-100}
steps=${2:-3000}
cd "$(dirname "$(readlink -f "$0")")/../.."
make -s client server-c-epoll target/test/work_per_send.so >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for server in copy-a=0 copy-b=0 "slower=$steps"; do
    name=${server%%=*}
    printf '#!/bin/sh\nWORK_STEPS=%d LD_PRELOAD="%s" exec "%s" "$@"\n' "${server#*=}" "$PWD/target/test/work_per_send.so" \
        "$PWD/target/servers/c-epoll" >"$work/$name"
    chmod +x "$work/$name"
done
cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
target/sweep --servers "copy-a=$work/copy-a,copy-b=$work/copy-b,slower=$work/slower" --clients 1 --cores 1 --runs "$rounds" --out "$work/out" -- \
    --server-cpus "$cpu" --client-cpus "$cpu" --realtime --warmup 0.1s --run-time 0.3s >&2
printf 'server,round,rtt_ns_mean,rtt_ns_p50,rtt_ns_p99\n'
jq -r 'select(.kind == "run" and .complete) | [.server_name, .round, (.figures | .rtt_ns_mean, .rtt_ns_p50, .rtt_ns_p99 | .value * 1000 | round / 1000)] | @csv' \
    "$work/out/results.jsonl" | tr -d '"'
