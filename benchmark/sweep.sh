#!/usr/bin/env bash
# Measures a grid of servers: sets up what is missing, builds the client and the servers, and hands over to target/sweep.
#
# Only an entry point: order, resuming, stopping and what is recorded are decided in the client.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: sweep.sh --servers c-epoll,asio --clients 1,16 --cores 1,2 [--sizes 4,64] [--transports tcp,unix] [--runs auto|K] [--out DIR] [-- OPTIONS...]
       sweep.sh --plan FILE [--out DIR] [-- OPTIONS...]

Measures every combination, in rounds of random order, and appends each run to DIR/results.jsonl. Ctrl-C stops the sweep after the
current run; repeat the command to resume it. A server that cannot be built on this machine is listed as skipped.

OPTIONS       options for the client, after the last --; see target/volley --help
VOLLEY_SETUP  (environment) "no": only print what would have to be installed, then exit

example: sweep.sh --plan benchmark/plans/quick.ini

All arguments are passed to target/sweep; "target/sweep --help" lists them.
TEXT
}

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

# shellcheck source=benchmark/say.bash
source "$root/benchmark/say.bash"
speaker=sweep.sh

build() { make --silent --no-print-directory -C "$root" "$@" >&2; }

# The name of one of our servers, also if given as the path of its executable or as NAME=PATH; nothing for others.
name_of() { # SERVER
    local path=$1 name
    [[ $path != *=* || ${path%%=*} == */* ]] || path=${path#*=}
    name=${path##*/}
    if [[ $path == */* ]]; then
        [[ $(readlink -m "$path") == "$(readlink -m "$root/target/servers/$name")" ]] || return 0
    fi
    [[ $name && $name != .* && -e $root/servers/$name/Makefile ]] && printf '%s' "$name" || return 0
}

# Builds one server; if that is impossible, tells target/sweep, so that its cells are listed as skipped.
build_server() { # SERVER
    local name reason
    name=$(name_of "$1")
    [[ $name ]] || return 0
    ! build "server-$name" || return 0
    if reason=$(cd "$root/servers" && ./needs "$name"); then
        reason="it could not be built: make server-$name shows why"
    fi
    say "$1 is skipped: $(paste -sd ';' <<<"$reason")"
    without+=(--without "$1=$(paste -sd ';' <<<"$reason")")
}

main() {
    local word
    for word in "$@"; do
        case $word in
            -h | --help) usage; exit ;;
            --) break ;;
        esac
    done
    "$root/benchmark/setup.sh" client servers >&2 || fail "setup failed: see above"
    build -j"$(nproc)" client || fail "the build failed: see above"
    # Also reports wrong arguments before anything is built for them.
    local servers server
    servers=$("$root/target/sweep" --list-servers "$@")
    without=()
    while IFS= read -r server; do
        build_server "$server"
    done <<<"$servers"
    exec "$root/target/sweep" "${without[@]}" "$@"
}

main "$@"
