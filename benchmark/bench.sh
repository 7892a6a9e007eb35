#!/usr/bin/env bash
# Measures one server: sets up what is missing, builds what is stale, and hands over to target/volley.
#
# Only an entry point: everything that affects a figure is decided and recorded in the client. Only the result is on stdout.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: bench.sh CLIENTS CORES SERVER [ARGS...] [-- OPTIONS...]
       bench.sh SERVER_CORES CLIENT_CORES CLIENTS target/servers/NAME [ARGS...] [-- OPTIONS...]

Measures the round-trip time of SERVER over CLIENTS connections. The server gets CORES CPUs of its own.
Installs what is missing (with apt-get) and builds what is out of date first.

CLIENTS       number of connections, all open at the same time
CORES         number of CPUs for the server; the second form also sets the number for the client
SERVER        a name in servers/, or the path of any executable that keeps the contract (servers/README.md)
ARGS          arguments for the server; in the second form, SCORES and CCORES in them are replaced by the numbers of CPUs
OPTIONS       options for the client, after the last --; see target/volley --help

Environment:
VOLLEY_OPTS   more options for the client, separated by spaces
VOLLEY_SETUP  "no": only print what would have to be installed, then exit

examples: bench.sh 16 1 c-epoll
          bench.sh 1 1 ./my-server --fast -- --quick --json results.json
          VOLLEY_OPTS='--precision 2%' bench.sh 64 2 asio

Exit status: 0 converged, 1 failed, 2 usage error, 3 not converged, 77 skipped: this machine lacks what the server needs.
TEXT
}

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

# shellcheck source=benchmark/say.bash
source "$root/benchmark/say.bash"
speaker=bench.sh
wrong_usage() { say "$*; see bench.sh --help"; exit 2; }

is_number() { [[ $1 =~ ^[0-9]+$ ]]; }

check_count() { # WHAT VALUE
    [[ $2 =~ ^[1-9][0-9]*$ ]] || wrong_usage "$1 is \"$2\", but must be a whole number, 1 or more"
}

servers_there_are() {
    local makefile
    for makefile in "$root"/servers/*/Makefile; do
        [[ -e $makefile ]] && basename "$(dirname "$makefile")"
    done | paste -sd ' ' | grep . || printf none
}

# The name of one of our servers, also if given as the path of its executable; nothing for other executables.
name_of() {
    local name=$1
    if [[ $1 == */* ]]; then
        name=${1##*/}
        [[ $1 == "target/servers/$name" || $(readlink -m "$1") == "$(readlink -m "$root/target/servers/$name")" ]] || return 0
    fi
    [[ $name != .* && -e $root/servers/$name/Makefile ]] && printf '%s' "$name" || return 0
}

skip_if_needs_are_missing() { # NAME
    local reasons status=0
    reasons=$(cd "$root/servers" && ./needs "$1") || status=$?
    [[ $status -eq 1 ]] || return 0
    say "$1 is skipped because this machine lacks what it needs: $(paste -sd ';' <<<"$reasons")"
    exit 77
}

# Splits the words at the last "--" into server_words and client_options.
split_at_last_dashes() {
    local i last=$#
    local -a words=("$@")
    for ((i = 0; i < $#; i++)); do
        [[ ${words[i]} == -- ]] && last=$i
    done
    server_words=("${words[@]:0:last}")
    client_options=("${words[@]:last+1}")
}

main() {
    case ${1:-} in
        -h | --help) usage; exit ;;
    esac
    split_at_last_dashes "$@"
    set -- "${server_words[@]}"
    [[ $# -ge 3 ]] || wrong_usage "three arguments are needed: CLIENTS CORES SERVER"

    local clients=$1 server_cores=$2 client_cores=
    if [[ $# -ge 4 ]] && is_number "$1" && is_number "$2" && is_number "$3"; then
        server_cores=$1 client_cores=$2 clients=$3
        check_count CLIENT_CORES "$client_cores"
        shift
    fi
    check_count CLIENTS "$clients"
    check_count "CORES of the server" "$server_cores"
    local server=$3 name
    shift 3
    local -a arguments=("$@")
    if [[ $client_cores ]]; then
        arguments=("${arguments[@]//SCORES/$server_cores}")
        arguments=("${arguments[@]//CCORES/$client_cores}")
    fi

    name=$(name_of "$server")
    local -a targets=(client) parts=(client)
    if [[ $name ]]; then
        targets+=("server-$name")
        parts+=(servers)
    elif [[ $server != */* ]]; then
        wrong_usage "no server \"$server\" in servers/; choose one of: $(servers_there_are); or give the path of another executable (./$server)"
    elif [[ -d $server || ! -x $server ]]; then
        [[ -e $server ]] || wrong_usage "no file $server; the servers in servers/ are: $(servers_there_are)"
        wrong_usage "$server is not an executable file"
    fi

    "$root/benchmark/setup.sh" "${parts[@]}" >&2 || fail "setup failed: see above"
    if ! make --silent --no-print-directory -C "$root" -j"$(nproc)" "${targets[@]}" >&2; then
        [[ ! $name ]] || skip_if_needs_are_missing "$name"
        fail "the build failed: see above"
    fi
    [[ ! $name ]] || server=$root/target/servers/$name

    local -a more_options
    read -r -d '' -a more_options <<<"${VOLLEY_OPTS:-}" || true
    exec "$root/target/volley" --clients "$clients" --server-cores "$server_cores" ${client_cores:+--client-cores "$client_cores"} \
        --print-numactl "${more_options[@]}" "${client_options[@]}" -- "$server" "${arguments[@]}"
}

main "$@"
