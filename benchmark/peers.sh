#!/usr/bin/env bash
# Compares servers of volley with echo servers of other projects, in interleaved rounds, and prints ratios.
#
# All are driven by one thin client (client/bench/thin_echo.c) with messages of 14 bytes, the shortest that sockperf takes; ours run with -m
# 14. Each server has the last allowed CPU, the client the first. A ratio is taken within a round, so that drift of the machine affects both
# sides alike. See method.md, "Beside other people's servers".
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: peers.sh [ROUNDS [SERVER...]]     (default: 10 c-epoll c-epoll-spin c-uring c-uring-multishot c-uring-sqpoll)

ROUNDS    number of rounds; each measures every server with 1 connection and with 64
SERVER    names in servers/; each must be built and support -m

They are compared with sockperf (its epoll server) and socat (one process per connection); a missing one is reported and left out.
Exit status: 0 measured, 1 a server failed or both others are missing, 2 usage error.
TEXT
}

fail() { printf 'peers.sh: %s\n' "$*" >&2; exit 1; }

rounds=${1:-10}
case $rounds in
    -h | --help) usage; exit ;;
    '' | *[!0-9]* | 0) printf 'peers.sh: ROUNDS is "%s", but must be a whole number, 1 or more; see peers.sh --help\n' "$rounds" >&2; exit 2 ;;
esac
shift || true
ours=("$@")
[[ $# -gt 0 ]] || ours=(c-epoll c-epoll-spin c-uring c-uring-multishot c-uring-sqpoll)

cd "$(dirname "$(readlink -f "$0")")/.."
make -s target/bench/thin_echo
others=()
for peer in sockperf socat; do
    if command -v "$peer" >/dev/null; then
        others+=("$peer")
    else
        printf 'peers.sh: %s is missing: apt-get install %s\n' "$peer" "$peer" >&2
    fi
done
[[ ${#others[@]} -gt 0 ]] || fail "neither sockperf nor socat is installed, so there is nothing to compare with"
for server in "${ours[@]}"; do
    [[ -x target/servers/$server ]] || fail "$server is not built: make server-$server"
done

IFS=, read -ra cpus <<<"$(taskset -cp $$ | sed 's/.*: //; s/-/,/g')"
client_cpu=${cpus[0]} server_cpu=${cpus[-1]}
work=$(mktemp -d)
pid=
stop() {
    [[ -z $pid ]] || { kill "$pid" && wait "$pid"; } 2>/dev/null || true
    pid=
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

form_of() {
    case $1 in
        sockperf) echo sockperf ;;
        socat) echo echo ;;
        *) echo volley ;;
    esac
}

start() { # NAME PORT
    local -a command
    case $1 in
        sockperf)
            # With a list of two it waits with epoll for all connections; with one it serves one connection at a time.
            printf 'T:127.0.0.1:%s\nT:127.0.0.1:%s\n' "$2" "$(($2 + 1))" >"$work/feed"
            command=(sockperf server -f "$work/feed" -F e) ;;
        socat) command=(socat "TCP-LISTEN:$2,bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=128" PIPE) ;;
        *) command=("target/servers/$1" -p "$2" -m 14) ;;
    esac
    taskset -c "$server_cpu" "${command[@]}" >/dev/null 2>"$work/errors" </dev/null &
    pid=$!
    local attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        (: <>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && return
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    fail "$1 does not listen: $(tail -n 1 "$work/errors")"
}

# Starts below the ephemeral ports; if a port is taken, the next one.
port=$((20000 + $$ % 5000 * 2))
for ((round = 1; round <= rounds; round++)); do
    for server in $(shuf -e "${ours[@]}" "${others[@]}"); do
        port=$((port + 2))
        start "$server" "$port"
        for connections in 1 64; do
            figures=$(timeout 20 taskset -c "$client_cpu" target/bench/thin_echo "$port" 0.2 0.7 "$connections" "$(form_of "$server")") ||
                fail "$server gave no correct replies on $connections connections"
            read -r trips mean _ <<<"$figures"
            printf '%s %s %s %s %s\n' "$round" "$server" "$connections" "$mean" "$trips" >>"$work/figures"
        done
        stop
    done
    printf '\rround %d of %d' "$round" "$rounds" >&2
done
printf '\n' >&2

# Per pair: the median over rounds of the ratio within a round, with minimum and maximum.
printf '%-20s %-10s %-30s %s\n' server against 'mean round trip, 1 connection' 'throughput, 64 connections'
for peer in "${others[@]}"; do
    for server in "${ours[@]}"; do
        printf '%-20s %-10s' "$server" "$peer"
        for pair in '1 4' '64 5'; do
            read -r connections column <<<"$pair"
            awk -v server="$server" -v peer="$peer" -v connections="$connections" -v column="$column" '
                $3 == connections && $2 == server { ours[$1] = $column }
                $3 == connections && $2 == peer { theirs[$1] = $column }
                END { for (round in ours) print ours[round] / theirs[round] }' "$work/figures" | sort -g |
                awk '{ ratio[NR] = $1 }
                    END { middle = NR % 2 ? ratio[(NR + 1) / 2] : (ratio[NR / 2] + ratio[NR / 2 + 1]) / 2
                          printf " %-30s", sprintf("x %.3f (%.3f to %.3f)", middle, ratio[1], ratio[NR]) }'
        done
        printf '\n'
    done
done
