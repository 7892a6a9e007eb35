#!/usr/bin/env bash
# c-fork has a process for each connection. All of them belong to the server: their threads, their CPU time, and their memory, in which shared
# pages count once. They live until they have been counted, though each ends with its connection.
# Alone: its figures are those of processes that need the CPUs.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

run "$volley" -c 500 --driver wait --runs 2 --run-time 1s --warmup 50ms --csv "$TMPDIR/rows" -- "$servers/c-fork"
expect_status 3
threads=$(last_csv "$TMPDIR/rows" server_threads)
[[ ${threads%.*} -eq 501 ]] || fail "$threads threads instead of 501"
# 500 times the memory of one process would be over 400 MiB.
memory=$(last_csv "$TMPDIR/rows" server_memory_pss_bytes)
awk -v bytes="$memory" 'BEGIN { exit !(bytes > 4e6 && bytes < 100e6) }' || fail "$memory bytes of memory"
# A round trip costs at least a recv and a send, and the server has only the CPUs of the plan.
cost=$(last_csv "$TMPDIR/rows" server_cpu_ns_per_round_trip)
awk -v ns="$cost" 'BEGIN { exit !(ns > 500) }' || fail "$cost ns of CPU time a round trip"
share=$(last_csv "$TMPDIR/rows" server_cpu_share)
awk -v share="$share" 'BEGIN { exit !(share > 0.05 && share < 1.05) }' || fail "$share of its CPUs"
