#!/usr/bin/env bats
# make new-server with made-up templates and references: what it makes, and what it refuses. What the real ones make is tried by
# client/test/template.sh.

setup() {
    tree="$BATS_TEST_TMPDIR/a tree"
    mkdir -p "$tree"/servers/{.template/{c,go}/src,old}
    cp "$BATS_TEST_DIRNAME/../Makefile" "$tree/"
    cp "$BATS_TEST_DIRNAME/new" "$tree/servers/"
    cd "$tree" || return
    touch servers/.template/{c,go}/server.toml
    echo 'make @NAME@ of @NAME@.c' >servers/.template/c/Makefile
    echo '/target/@NAME@' >servers/.template/c/.gitignore
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
    [ "$(cat servers/c-select/.gitignore)" = "/target/c-select" ]
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

# A reference whose name is a word of its language: .template/rust is a link to it.
reference() {
    mkdir -p servers/ada/{src,target}
    ln -s ../ada servers/.template/rust
    printf '%s\n' '# ada: one file. Modules that ada lacks go elsewhere.' 'ADA ?= ada' 'ada: src/main.ada ada.c' \
        "$(printf '\tcc -o x ada.c')" "$(printf '\trm -f ada')" '.PHONY: ada clean' >servers/ada/Makefile
    printf '%s\n' '// ada: a technique, in ada.' '// Try: make && ./ada -p 4000 &' 'with ada.text; ada do_it;' \
        'put("ada: no port"); put("usage: ada -p PORT");' >servers/ada/src/main.ada
    printf '/ada\n/target/\n' >servers/ada/.gitignore
    echo 'needs = ["command:ada:1"]' >servers/ada/server.toml
    printf 'text\n' >servers/ada/ada.c
    touch servers/ada/{ada,target/object}
    chmod 750 servers/ada/ada.c
}

@test "a reference's name becomes the new one, and stays where it is a word of the language" {
    reference
    new NAME=my-own LANG=rust
    echo "$output"
    [ "$status" -eq 0 ]
    cd servers/my-own
    [ "$(find . -type f | sort | paste -sd ' ')" = "./.gitignore ./Makefile ./my-own.c ./server.toml ./src/main.ada" ]
    [ "$(stat -c %a my-own.c)" = 750 ]
    diff - Makefile < <(printf '%s\n' '# my-own: one file. Modules that ada lacks go elsewhere.' 'ADA ?= ada' 'my-own: src/main.ada my-own.c' \
        "$(printf '\tcc -o x my-own.c')" "$(printf '\trm -f my-own')" '.PHONY: my-own clean')
    diff - src/main.ada < <(printf '%s\n' '// my-own: a technique, in ada.' '// Try: make && ./my-own -p 4000 &' 'with ada.text; ada do_it;' \
        'put("my-own: no port"); put("usage: my-own -p PORT");')
    [ "$(cat .gitignore)" = "$(printf '/my-own\n/target/')" ]
    [ "$(cat server.toml)" = 'needs = ["command:ada:1"]' ]
    [ "$(cat ../ada/.gitignore)" = "$(printf '/ada\n/target/')" ]
}

@test "a LANG and a NAME of the environment are no answers" {
    NAME=x LANG=c new
    refused "NAME is missing" "make new-server NAME=c-select LANG=c"
    NAME=x LANG=c new NAME=x
    refused "LANG is missing (the one in the environment is ignored)" "one of: c go"
}

@test "names that are wrong" {
    for name in X a_b -x a.b a/b 'a b' "a'b" .. é this-is-a-name-that-is-too-long; do
        new NAME="$name" LANG=c
        refused "NAME=$name" "a-z, 0-9 and -" "24 characters" "choose another"
    done
}

@test "names that exist, or that make needs" {
    new NAME=old LANG=c
    refused "servers/old already exists" "choose another"
    for name in clean servers target; do
        new NAME="$name" LANG=c
        refused "NAME=$name" "for something else" "choose another"
    done
}

@test "an unknown language is told which there are, and so is an empty one" {
    new NAME=x LANG=cobol
    refused "LANG=cobol" "choose one of: c go"
    new NAME=x LANG=../old
    refused "LANG=../old" "choose one of: c go"
    new NAME=x LANG=
    refused "LANG is missing" "one of: c go"
}
