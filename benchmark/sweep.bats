#!/usr/bin/env bats
# sweep.sh in a tree of its own, in a directory with spaces: its make "builds" a target/sweep that writes down its arguments. What a
# sweep does is tested in client/sweep/ and client/test/behaviour/; the last test measures with the real one.
#
# The bodies of scripts are in single quotes on purpose.
# shellcheck disable=SC2016

setup() {
    tree="$BATS_TEST_TMPDIR/a tree with spaces"
    calls=$BATS_TEST_TMPDIR/calls
    unset VOLLEY_SETUP MAKEFLAGS MFLAGS MAKELEVEL
    mkdir -p "$tree/benchmark" "$tree/servers/c-epoll" "$tree/servers/asio" "$tree/servers/broken" "$tree/elsewhere"
    touch "$tree"/servers/{c-epoll,asio,broken}/Makefile
    cp "$BATS_TEST_DIRNAME/"{sweep.sh,say.bash} "$tree/benchmark/"
    script "$tree/benchmark/setup.sh" "echo 'setup talks'; echo \"setup \$*\" >>'$calls'; exit \${FAKE_SETUP_STATUS:-0}"
    script "$tree/sweep" '[[ $1 != --list-servers ]] || { printf "%s\n" ${FAKE_SERVERS:-c-epoll}; exit ${FAKE_LIST_STATUS:-0}; }
printf "<%s>" "$@"; echo; exit ${FAKE_SWEEP_STATUS:-0}'
    script "$tree/elsewhere/my server" ':'
    script "$tree/servers/needs" '[[ $1 != asio ]] || { echo "the command c++ is not on PATH"; echo "so is make"; exit 1; }'
    cat >"$tree/Makefile" <<MAKE
.PHONY: client
client:
	echo make talks; echo "make \$@" >>'$calls'; mkdir -p target/servers; cp sweep target/sweep
server-asio server-broken:
	echo "no \$@"; false
server-%:
	echo "make \$@" >>'$calls'; cp sweep target/servers/\$*
MAKE
}

script() { # FILE BODY
    printf '#!/bin/bash\n%s\n' "$2" >"$1"
    chmod +x "$1"
}

sweep() { run "$tree/benchmark/sweep.sh" "$@"; }
last_line() { printf '%s' "${lines[-1]}"; }

@test "all words go to target/sweep as they are, with what is needed built first" {
    sweep --servers c-epoll --clients 1,16 --cores 1 --out 'my results' -- --run-time 1s
    [ "$status" -eq 0 ]
    [ "$(last_line)" = "<--servers><c-epoll><--clients><1,16><--cores><1><--out><my results><--><--run-time><1s>" ]
    [ "$(cat "$calls")" = "setup client servers
make client
make server-c-epoll" ]
}

@test "a server that cannot be built is passed on with the reason, and the others are measured" {
    FAKE_SERVERS='asio c-epoll broken' sweep --plan 'my plan.ini'
    [ "$status" -eq 0 ]
    [ "$(last_line)" = "<--without><asio=the command c++ is not on PATH;so is make><--without><broken=it could not be built: make server-broken shows why><--plan><my plan.ini>" ]
    [[ $output == *"sweep.sh: asio is skipped: the command c++ is not on PATH;so is make"* ]]
    grep -q 'make server-c-epoll' "$calls"
}

@test "servers are names, paths of what is built from them, other paths, and any of them with a name of its own" {
    FAKE_SERVERS="./my-server other=asio $tree/target/servers/c-epoll" sweep --servers x || true
    [ "$status" -eq 0 ]
    [[ $(last_line) == "<--without><other=asio=the command c++"* ]]
    [ "$(grep -c my-server "$calls")" = 0 ]
}

@test "bad words are told by target/sweep, once, and nothing is built for them" {
    FAKE_LIST_STATUS=2 sweep --clients none
    [ "$status" -eq 2 ]
    [ "$(cat "$calls")" = "setup client servers
make client" ]
}

@test "the exit status is that of target/sweep" {
    FAKE_SWEEP_STATUS=3 sweep --servers c-epoll
    [ "$status" -eq 3 ]
}

@test "a setup or a build of the client that fails ends it" {
    FAKE_SETUP_STATUS=1 sweep --servers c-epoll
    [ "$status" -eq 1 ]
    [[ $output == *"setup failed: see above"* ]]
    printf 'client:\n\tfalse\n' >"$tree/Makefile"
    sweep --servers c-epoll
    [ "$status" -eq 1 ]
    [[ $output == *"the build failed: see above"* ]]
}

@test "it works from any directory, by a symbolic link" {
    ln -s "$tree/benchmark/sweep.sh" "$BATS_TEST_TMPDIR/volley-sweep"
    cd "$tree/elsewhere"
    run "$BATS_TEST_TMPDIR/volley-sweep" --servers "c-epoll"
    [ "$status" -eq 0 ]
    [ "$(last_line)" = "<--servers><c-epoll>" ]
}

@test "help explains itself and builds nothing" {
    sweep --help
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == usage:* ]]
    [ ! -e "$calls" ]
}

@test "every plan that is shipped is one that target/sweep takes" {
    local program=$BATS_TEST_DIRNAME/../target/sweep plan
    [ -x "$program" ] || skip "target/sweep is not built"
    for plan in "$BATS_TEST_DIRNAME"/plans/*.ini; do
        "$program" --plan "$plan" --list-servers | while IFS= read -r server; do
            [ -e "$BATS_TEST_DIRNAME/../servers/$server/Makefile" ]
        done
    done
}

@test "it measures" {
    local root=$BATS_TEST_DIRNAME/..
    [ -x "$root/target/sweep" ] && [ -x "$root/target/servers/c-epoll" ] || skip "target/sweep and c-epoll are not built"
    VOLLEY_SETUP=no VOLLEY_SWEEP_LOCK=$BATS_TEST_TMPDIR run "$root/benchmark/sweep.sh" --servers c-epoll --clients 1 --cores 1 --runs 2 \
        --out "$BATS_TEST_TMPDIR/my results" -- --run-time 50ms --warmup 0 --no-placement
    [ "$status" -eq 0 ]
    [ "$(grep -c '"kind":"run"' "$BATS_TEST_TMPDIR/my results/results.jsonl")" -eq 2 ]
    [[ $output == *"next:"*"target/compare '$BATS_TEST_TMPDIR/my results/results.jsonl'"* ]]
}
