#!/usr/bin/env bash
# Counts the system calls of a server per round trip, with strace, during one run of target/volley.
#
# It uses strace rather than perf, because many kernels lack perf's tracepoints or keep them from users. With -DD the process that volley
# starts, pins and kills is the server itself, not strace. Tracing delays each call by several microseconds, in which more connections
# become ready. A server that handles ready connections in batches then makes fewer calls per round trip than it does untraced, so its
# figures are lower bounds. Speed under strace means nothing and is not printed.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: syscalls.sh SERVER [CONNECTIONS]

Prints which system calls SERVER makes and how many per round trip, with CONNECTIONS (64) connections.

SERVER    a name in servers/ (it is built if necessary), or the path of any executable that keeps the contract

Tracing slows the server, so more connections are ready each time it looks. Calls that serve several round trips at once
(epoll_wait, io_uring_enter) are therefore counted too low; calls made for each round trip (recv, send) are not. Calls at the
start, and a few per connection, are counted too, but are negligible over thousands of round trips. Work that the kernel does
for the server (c-uring-sqpoll) is not a system call.

Exit status: 0 printed, 1 failed, 2 usage error, 77 skipped: something needed is missing.
TEXT
}

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

say() { printf 'syscalls.sh: %s\n' "$*" >&2; }
wrong_usage() { say "$*; see syscalls.sh --help"; exit 2; }

need() { # COMMAND PACKAGE
    command -v "$1" >/dev/null || { say "$1 is missing; install it (Debian: apt install $2)"; exit 77; }
}

# All round trips of the runs in FILE, counted from the windows, which include the warm-up.
round_trips() { # FILE
    grep -o '"windows":{[^}]*}' "$1" | grep -o '"count":\[[^]]*\]' | tr -cs '0-9' '\n' | awk '{ sum += $1 } END { print sum + 0 }'
}

# strace writes its table after the server has ended, and lives a moment longer.
await_tables() { # TABLES...
    local table attempt
    for table; do
        for ((attempt = 0; attempt < 100; attempt++)); do
            ! grep -q ' total$' "$table" 2>/dev/null || continue 2
            sleep 0.05
        done
        say "strace counted nothing: tracing (ptrace) may not be allowed here"
        exit 77
    done
}

print_counts() { # TRIPS TABLES...
    awk -v trips="$1" '
        $1 ~ /^[0-9]+$/ && $2 == "total" { total += $1; next }
        $1 ~ /^[0-9]+$/ { calls[$2] += $1 }
        END {
            printf "%.3f system calls per round trip (%d in %d)\n\n", total / trips, total, trips
            printf "%12s %14s  %s\n", "calls", "per round trip", "call"
            for (name in calls) {
                if (calls[name] / trips < 0.001) {
                    rest += calls[name]
                } else {
                    printf "%12d %14.3f  %s\n", calls[name], calls[name] / trips, name | "sort -rn"
                }
            }
            close("sort -rn")
            printf "%12d %14.3f  %s\n", rest, rest / trips, "all others, each below 0.001"
        }' "${@:2}"
}

main() {
    case ${1:-} in
        -h | --help) usage; exit ;;
    esac
    [[ $# -eq 1 || $# -eq 2 ]] || wrong_usage "one or two arguments are needed: SERVER [CONNECTIONS]"
    local server=$1 clients=${2:-64} status=0 trips
    [[ $clients =~ ^[1-9][0-9]*$ ]] || wrong_usage "CONNECTIONS is \"$clients\", but must be a whole number, 1 or more"
    need strace strace
    [[ -x $root/target/volley ]] || { say "target/volley is missing; make client builds it"; exit 77; }
    if [[ $server != */* ]]; then
        [[ -e $root/servers/$server/Makefile ]] || wrong_usage "no server \"$server\" in servers/"
        make --silent --no-print-directory -C "$root/servers" "server-$server" >&2 || { say "$server was not built: see above"; exit 77; }
        server=$root/target/servers/$server
    fi
    [[ -f $server && -x $server ]] || wrong_usage "$server is not an executable file"
    server=$(readlink -f "$server")

    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    # Two runs, because a single one goes on until it is precise. The shell that becomes strace names each run's table after its own process
    # id.
    # shellcheck disable=SC2016  # expanded by that shell
    "$root/target/volley" --quiet --clients "$clients" --runs 2 --json "$scratch/runs" -- \
        /bin/sh -c 'exec strace -DD -q -f -c -U calls,name -o "$0.$$" "$@"' "$scratch/table" "$server" 2>"$scratch/messages" ||
        status=$?
    [[ $status -eq 0 || $status -eq 3 ]] || { cat "$scratch/messages" >&2; exit "$status"; }
    await_tables "$scratch"/table.*
    trips=$(round_trips "$scratch/runs")
    [[ $trips -gt 0 ]] || { say "no round trip was measured"; exit 1; }
    print_counts "$trips" "$scratch"/table.*
}

main "$@"
