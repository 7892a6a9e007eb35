#!/usr/bin/env bats
# bench.sh in a tree of its own, in a directory with spaces: its make "builds" a volley that writes down its arguments.
# The last test measures with the real one.
#
# The bodies of scripts are in single quotes on purpose.
# shellcheck disable=SC2016

setup() {
    tree="$BATS_TEST_TMPDIR/a tree with spaces"
    calls=$BATS_TEST_TMPDIR/calls
    unset VOLLEY_OPTS VOLLEY_SETUP MAKEFLAGS MFLAGS MAKELEVEL
    mkdir -p "$tree/benchmark" "$tree/servers/c-epoll" "$tree/servers/asio" "$tree/servers/.template" "$tree/elsewhere"
    touch "$tree"/servers/{c-epoll,asio,.template}/Makefile
    cp "$BATS_TEST_DIRNAME/"{bench.sh,say.bash} "$tree/benchmark/"
    script "$tree/benchmark/setup.sh" "echo 'setup talks'; echo \"setup \$*\" >>'$calls'; exit \${FAKE_SETUP_STATUS:-0}"
    script "$tree/volley" 'printf "<%s>" "$@"; echo; exit ${FAKE_VOLLEY_STATUS:-0}'
    script "$tree/elsewhere/my server" ':'
    script "$tree/servers/needs" '[[ $1 != asio ]] || { echo "the command c++ is not on PATH"; exit 1; }'
    cat >"$tree/Makefile" <<MAKE
.PHONY: client
client:
	echo make talks; echo "make \$@" >>'$calls'; mkdir -p target/servers; cp volley target/volley
server-asio:
	echo "the C++ compiler is not on PATH"; false
server-%:
	echo "make \$@" >>'$calls'; mkdir -p target/servers; cp volley target/servers/\$*
MAKE
}

script() { # FILE BODY
    printf '#!/bin/bash\n%s\n' "$2" >"$1"
    chmod +x "$1"
}

bench() { run "$tree/benchmark/bench.sh" "$@"; }

# What volley was given, from its one line of output.
last_line() { printf '%s' "${lines[-1]}"; }

@test "CLIENTS CORES SERVER becomes one call of volley" {
    bench 16 1 c-epoll
    [ "$status" -eq 0 ]
    [ "$(last_line)" = "<--clients><16><--server-cores><1><--print-numactl><--><$tree/target/servers/c-epoll>" ]
    # In any order: make may build both at once.
    [ "$(sort "$calls")" = "make client
make server-c-epoll
setup client servers" ]
}

@test "arguments of the server follow it, word for word" {
    bench 16 1 c-epoll --threads "two words" '*'
    [[ $(last_line) == *"<--><$tree/target/servers/c-epoll><--threads><two words><*>" ]]
}

@test "with any of descriptors 0 to 2 closed everything is built and called, and nothing is lost but what went there" {
    for closed in '0<&-' '2>&-' '0<&- 2>&-'; do
        rm -rf "$calls" "$tree/target"
        (eval "'$tree/benchmark/bench.sh' 16 1 c-epoll >'$BATS_TEST_TMPDIR/out' $closed")
        [ "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" = "<--clients><16><--server-cores><1><--print-numactl><--><$tree/target/servers/c-epoll>" ]
        [ "$(wc -l <"$calls")" -eq 3 ]
    done
    (eval "'$tree/benchmark/bench.sh' 16 1 c-epoll >&- 2>&-") || status=$?
    [ "$(wc -l <"$calls")" -eq 6 ]
}

@test "options after the last -- and in VOLLEY_OPTS go to the client" {
    VOLLEY_OPTS='--precision 2% --name *' bench 16 1 c-epoll -x -- --json "my results.json"
    [ "$status" -eq 0 ]
    [[ $(last_line) == *"<--precision><2%><--name><*><--json><my results.json><--><$tree/target/servers/c-epoll><-x>" ]]
}

@test "a server can be given a -- of its own" {
    bench 16 1 c-epoll -x -- -y --
    [[ $(last_line) == *"<--print-numactl><--><$tree/target/servers/c-epoll><-x><--><-y>" ]]
}

@test "the older form gives the cores of both sides and fills them into the arguments" {
    bench 2 3 16 target/servers/c-epoll --io SCORES --peers=CCORES
    [ "$status" -eq 0 ]
    [ "$(last_line)" = "<--clients><16><--server-cores><2><--client-cores><3><--print-numactl><--><$tree/target/servers/c-epoll><--io><2><--peers=3>" ]
}

@test "in the newer form arguments stay as they are" {
    bench 16 2 c-epoll SCORES
    [[ $(last_line) == *"c-epoll><SCORES>" ]]
}

@test "the result is alone on stdout" {
    "$tree/benchmark/bench.sh" 1 1 c-epoll >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq 1 ]
    grep -q 'setup talks' "$BATS_TEST_TMPDIR/err"
    grep -q 'make talks' "$BATS_TEST_TMPDIR/err"
}

@test "it works from any directory, by a symbolic link, and for a path relative to the caller" {
    ln -s "$tree/benchmark/bench.sh" "$BATS_TEST_TMPDIR/volley-bench"
    cd "$tree/elsewhere"
    run "$BATS_TEST_TMPDIR/volley-bench" 1 1 "./my server" -a
    [ "$status" -eq 0 ]
    [[ $(last_line) == *"<--><./my server><-a>" ]]
    [ "$(cat "$calls")" = "setup client
make client" ]
}

@test "the absolute path of a server of ours builds it" {
    bench 1 1 "$tree/target/servers/c-epoll"
    [ "$status" -eq 0 ]
    grep -q 'make server-c-epoll' "$calls"
}

@test "the exit status is the client's" {
    FAKE_VOLLEY_STATUS=3 bench 1 1 c-epoll
    [ "$status" -eq 3 ]
}

@test "an unknown server lists those that there are, without the template" {
    bench 1 1 c-epol
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == *'no server "c-epol" in servers/; choose one of: asio c-epoll;'* ]]
    [ ! -e "$calls" ]
}

@test "the template is no server" {
    bench 1 1 .template
    [ "$status" -eq 2 ]
}

@test "a path with nothing there, or with no executable, is named" {
    bench 1 1 ./nothing
    [ "$status" -eq 2 ]
    [[ $output == *"no file ./nothing"* ]]
    bench 1 1 "$tree/servers"
    [ "$status" -eq 2 ]
    [[ $output == *"servers is not an executable file"* ]]
    bench 1 1 "$tree/Makefile"
    [ "$status" -eq 2 ]
    [[ $output == *"Makefile is not an executable file"* ]]
}

@test "numbers that are none, zero or negative are refused by name and value, in one line" {
    local count
    for count in 0 -1 sixteen 1.5 '' 007; do
        bench "$count" 1 c-epoll
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ $output == *"CLIENTS is \"$count\", but must be a whole number, 1 or more"* ]]
        bench 16 "$count" c-epoll
        [ "$status" -eq 2 ]
        [[ $output == *"CORES of the server is \"$count\""* ]]
    done
    bench 1 0 16 target/servers/c-epoll
    [ "$status" -eq 2 ]
    [[ $output == *'CLIENT_CORES is "0"'* ]]
    [ ! -e "$calls" ]
}

@test "too few words are a usage error" {
    for words in "" "16" "16 1" "16 1 -- --quick"; do
        # shellcheck disable=SC2086
        bench $words
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ $output == *"CLIENTS CORES SERVER"* ]]
    done
}

@test "a failed set-up stops it" {
    FAKE_SETUP_STATUS=1 bench 1 1 c-epoll
    [ "$status" -eq 1 ]
    [[ $(last_line) == *"setup failed"* ]]
    [ "$(cat "$calls")" = "setup client servers" ]
}

@test "a failed build stops it" {
    printf 'client server-c-epoll:\n\tfalse\n' >"$tree/Makefile"
    bench 1 1 c-epoll
    [ "$status" -eq 1 ]
    [[ $(last_line) == *"the build failed"* ]]
}

@test "a server whose needs are missing is skipped aloud, with a status of its own" {
    bench 1 1 asio
    [ "$status" -eq 77 ]
    [[ $(last_line) == *"asio is skipped because this machine lacks what it needs: the command c++ is not on PATH" ]]
}

@test "--help explains both forms" {
    bench --help
    [ "$status" -eq 0 ]
    [[ $output == *"bench.sh CLIENTS CORES SERVER"*"SERVER_CORES CLIENT_CORES CLIENTS"* ]]
}

@test "the real one measures c-epoll, prints how to repeat it, and leaves its result alone on stdout" {
    root=$BATS_TEST_DIRNAME/..
    [ -e "$root/servers/c-epoll/Makefile" ] && [ -e "$root/client/main.cc" ] || skip "client or c-epoll is not there"
    cd "$BATS_TEST_TMPDIR"
    # One short run cannot reach a precision: status 3 is as good as 0.
    status=0
    "$root/benchmark/bench.sh" 2 1 c-epoll -- --runs 1 --max-time 1s --run-time 100ms --warmup 20ms \
        --json result.json --classic >out 2>err || status=$?
    cat out err
    [ "$status" -eq 0 ] || [ "$status" -eq 3 ]
    [ -s out ]
    [ -s result.json ]
    [ "$(grep -c '^numactl ' err)" -eq 2 ]
}
