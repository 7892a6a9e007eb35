#!/usr/bin/env bats
# servers/check with a conform that says what each test wants to hear.
#
# The bodies of scripts are in single quotes on purpose.
# shellcheck disable=SC2016

setup() {
    tree="$BATS_TEST_TMPDIR/a tree"
    mkdir -p "$tree/servers" "$tree/target/servers" "$tree/target/asan/servers"
    cp "$BATS_TEST_DIRNAME"/{check,needs} "$tree/servers/"
    conform 'echo "59 passed, 0 failed, 1 skipped"'
}

conform() { # BODY: the server's name is in $name, its transport in $transport
    printf '#!/bin/bash\n[[ $1 != --transport ]] || { transport=$2; shift 2; }\nname=${1##*/}\n%s\n' "$1" >"$tree/target/conform"
    chmod +x "$tree/target/conform"
}
server() { # NAME [NEED]
    mkdir -p "$tree/servers/$1"
    touch "$tree/servers/$1/Makefile"
    printf 'language = "%s"\nneeds = [%s]\n' "${language:-C}" "${2:-}" >"$tree/servers/$1/server.toml"
}
built() { # NAME
    server "$1"
    printf '#!/bin/sh\n' >"$tree/target/servers/$1"
    chmod +x "$tree/target/servers/$1"
}
check() { run "$tree/servers/check" "$@"; }

@test "each server has a row, and the last line counts them" {
    built one
    built two
    check
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "server                   passed failed skipped" ]
    [ "${lines[1]}" = "one                          59      0       1" ]
    [ "${lines[3]}" = "2 servers: 2 passed, 0 failed, 0 skipped" ]
    [ "$(cat "$tree/target/servers/.conform/one.log")" = "59 passed, 0 failed, 1 skipped" ]
}

@test "a server that speaks several transports is checked over each, in a row of its own" {
    built one
    built two
    printf 'transports = ["tcp", "unix"]\n' >>"$tree/servers/one/server.toml"
    conform 'echo "$name over ${transport:-nothing named}" >&2; [[ $transport != unix ]] || { printf "FAIL size-1\n1 passed, 1 failed, 0 skipped\n"; exit 1; }
echo "59 passed, 0 failed, 1 skipped"'
    check --list
    [ "$output" = $'one tcp\none unix\ntwo' ]
    check
    echo "$output"
    [ "$status" -eq 1 ]
    [[ ${lines[1]} == "one tcp                      59"* ]]
    [[ ${lines[2]} == "one unix                      1      1       0  size-1" ]]
    [[ ${lines[3]} == "two                          59"* ]]
    [ "${lines[4]}" = "3 servers: 2 passed, 1 failed, 0 skipped" ]
    grep -q "one over unix" "$tree/target/servers/.conform/one unix.log"
    grep -q "two over nothing named" "$tree/target/servers/.conform/two.log"
    check "one tcp"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    check "one udp"
    [ "$status" -eq 2 ]
    [[ $output == *'does not list the transport "udp"'*'one tcp, one unix'* ]]
}

@test "a failed check is named and makes the status 1" {
    built good
    built wrong
    conform '[[ $name == good ]] && echo "60 passed, 0 failed, 0 skipped" && exit
printf "FAIL wraps-to-zero\n     rule\nFAIL split-1-3\n58 passed, 2 failed, 0 skipped\n"; exit 1'
    check
    [ "$status" -eq 1 ]
    [[ $output == *"wrong                        58      2       0  split-1-3 wraps-to-zero"* ]]
    [[ $output == *"2 servers: 1 passed, 1 failed, 0 skipped"* ]]
}

@test "not built for want of what it needs is skipped, with the reason" {
    built good
    server lacking '"command:no-such-command"'
    check
    [ "$status" -eq 0 ]
    [[ $output == *"lacking                  skipped: the command no-such-command is not on PATH"* ]]
    [[ $output == *"2 servers: 1 passed, 0 failed, 1 skipped"* ]]
}

@test "not built although all is here is failed, with where to look" {
    server broken
    check
    [ "$status" -eq 1 ]
    [[ $output == *"broken                   not built: see target/servers/.log/broken, or make server-broken"* ]]
}

@test "a server that skips itself is skipped, and the status is 77 where all are" {
    built card
    conform 'echo "conform: card: skipped: no card" >&2; exit 77'
    check
    [ "$status" -eq 77 ]
    [[ $output == *"card                     skipped: no card"* ]]
}

@test "a conform that dies is a failure" {
    built one
    conform 'echo "59 passed, 0 failed, 1 skipped"; exit 139'
    check
    [ "$status" -eq 1 ]
    [[ $output == *"conform-ended-with-139"* ]]
    conform 'exit 1'
    check
    [ "$status" -eq 1 ]
    [[ $output == *"conform-ended-with-1"* ]]
}

@test "a conform that hangs is ended and failed" {
    built one
    sed -i 's/^conform_seconds=.*/conform_seconds=1/' "$tree/servers/check"
    conform 'sleep 1000'
    check
    [ "$status" -eq 1 ]
    [[ $output == *"conform-ended-with-124"* ]]
}

@test "of several times the worst counts, and how often is said" {
    built one
    conform 'count=$(cat "$0.count" 2>/dev/null); echo $((count + 1)) >"$0.count"
[[ $count != 1 ]] && echo "60 passed, 0 failed, 0 skipped" && exit
printf "FAIL size-1\n59 passed, 1 failed, 0 skipped\n"; exit 1'
    check --times 3 one
    [ "$status" -eq 1 ]
    [[ $output == *"one                          59      1       0  size-1 (1 of 3)"* ]]
    [ "$(grep -c passed "$tree/target/servers/.conform/one.log")" -eq 3 ]
}

@test "several at the same time keep the order of the rows" {
    built a
    built b
    built c
    conform '[[ $name != a ]] || sleep 0.3; echo "1 passed, 0 failed, 0 skipped"'
    check --jobs 3
    [ "$status" -eq 0 ]
    [[ ${lines[1]} == "a "* && ${lines[2]} == "b "* && ${lines[3]} == "c "* ]]
}

@test "a variant is of the C and C++ servers, with the programs of its own" {
    built c-one
    language=C++ built plus
    language=Go built other
    check --variant asan --list
    [ "$output" = $'c-one\nplus' ]
    cp "$tree/target/conform" "$tree/target/asan/conform"
    cp "$tree/target/servers/plus" "$tree/target/asan/servers/plus"
    check --variant asan
    [ "$status" -eq 1 ]
    [[ $output == *"c-one                    not built: see target/asan/servers/.log/c-one"* ]]
    [[ $output == *"plus                         59      0       1"* ]]
}

@test "wrong usage is one line" {
    built one
    for arguments in "--times 0" "--jobs x" "--variant msan" "--fast" "oen"; do
        # The words are separate ones.
        # shellcheck disable=SC2086
        check $arguments
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
    done
    [[ $output == 'check: no server "oen"; choose from: one'* ]]
    rm "$tree/target/conform"
    check
    [ "$status" -eq 2 ]
    [[ $output == *"target/conform is not built: make target/conform"* ]]
}
