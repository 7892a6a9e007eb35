#!/usr/bin/env bats
# make new-server with made-up templates: what it makes, and what it refuses. What the real templates make is tried by client/test/template.sh.

setup() {
    tree="$BATS_TEST_TMPDIR/a tree"
    mkdir -p "$tree"/servers/{.template/{c,go}/src,old}
    cp "$BATS_TEST_DIRNAME/../Makefile" "$tree/"
    cp "$BATS_TEST_DIRNAME/new" "$tree/servers/"
    cd "$tree" || return
    touch servers/.template/{c,go}/server.toml
    echo 'make @NAME@ of @NAME@.c' >servers/.template/c/Makefile
    echo '/@NAME@' >servers/.template/c/.gitignore
    echo 'text' >'servers/.template/c/src/@NAME@.c'
    printf '#!/bin/sh\n' >'servers/.template/c/@NAME@'
    chmod 755 'servers/.template/c/@NAME@'
    chmod 600 servers/.template/c/Makefile
    unset MAKEFLAGS MFLAGS MAKELEVEL
}

new() { run make -s new-server "$@"; }
# Refused in one line (and make's own), with these parts, and nothing was made.
refused() { # PART...
    [ "$status" -ne 0 ]
    [ "$(grep -c '^new-server: ' <<<"$output")" -eq 1 ]
    local part
    for part in "$@"; do
        [[ ${lines[0]} == *"$part"* ]] || { echo "$output lacks: $part"; return 1; }
    done
    [ "$(cd servers && printf "%s " .[!.]* *)" = ".template new old " ]
}

@test "the name stands in contents and in names of files, modes are kept, and three lines say what is next" {
    new NAME=c-select LANG=c
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    [[ $output == *"make check-c-select"* ]]
    [ "$(cat servers/c-select/Makefile)" = "make c-select of c-select.c" ]
    [ "$(cat servers/c-select/.gitignore)" = "/c-select" ]
    [ "$(cat servers/c-select/src/c-select.c)" = text ]
    [ "$(stat -c %a servers/c-select/c-select)" = 755 ]
    [ "$(stat -c %a servers/c-select/Makefile)" = 600 ]
    [ "$(stat -c %a servers/c-select)" = 755 ]
    [ "$(cd servers && printf "%s " .[!.]* *)" = ".template c-select new old " ]
}

@test "what was built in a template is not copied" {
    mkdir -p servers/.template/c/{target,node_modules}
    new NAME=x LANG=c
    [ "$status" -eq 0 ]
    [ ! -e servers/x/target ]
    [ ! -e servers/x/node_modules ]
}

@test "a LANG and a NAME of the environment are no answers" {
    NAME=x LANG=c new
    refused "NAME is missing" "make new-server NAME=c-select LANG=c"
    NAME=x LANG=c new NAME=x
    refused "LANG is missing (the environment's counts for nothing)" "one of: c go"
}

@test "names that are wrong" {
    for name in X a_b -x a.b a/b 'a b' "a'b" .. é this-is-a-name-that-is-too-long; do
        new NAME="$name" LANG=c
        refused "NAME=$name" "a-z, 0-9 and -" "24 characters" "choose another"
    done
}

@test "names that exist, or that make needs" {
    new NAME=old LANG=c
    refused "servers/old exists" "choose another"
    for name in clean servers target; do
        new NAME="$name" LANG=c
        refused "NAME=$name" "for something else" "choose another"
    done
}

@test "an unknown language is told which there are, and so is an empty one" {
    new NAME=x LANG=cobol
    refused "LANG=cobol" "there are: c go"
    new NAME=x LANG=../old
    refused "LANG=../old" "there are: c go"
    new NAME=x LANG=
    refused "LANG is missing" "one of: c go"
}
