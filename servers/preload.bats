#!/usr/bin/env bats
# The need preload:NAME, and what a server that bypasses the kernel owes beside its executable.

setup() {
    needs=$BATS_TEST_DIRNAME/needs
    server=$BATS_TEST_TMPDIR/server
    libraries=$BATS_TEST_TMPDIR/libraries
    mkdir "$server" "$libraries"
}

library() { # NAME [LINKER-OPTION...]
    echo 'int stub;' | cc -shared -fPIC -x c - -o "$libraries/$1" "${@:2}"
}
needs_preload() { # NAME
    printf 'needs = ["preload:%s"]\n' "$1" >"$server/server.toml"
    run env LD_LIBRARY_PATH="$libraries" "$needs" "$server"
}

@test "a library that ld.so finds by its name can be preloaded" {
    command -v cc >/dev/null || skip "there is no C compiler"
    library libstub.so
    needs_preload libstub.so
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
}

@test "a path, and the words that only ld.so knows, are left to it" {
    command -v cc >/dev/null || skip "there is no C compiler"
    library libstub.so
    needs_preload "$libraries/libstub.so"
    [ "$status" -eq 0 ]
    # shellcheck disable=SC2016
    needs_preload '/nowhere/$LIB/libstub.so'
    [ "$status" -eq 1 ]
    # shellcheck disable=SC2016
    [ "$output" = 'the library /nowhere/$LIB/libstub.so cannot be preloaded: cannot open shared object file' ]
}

@test "a library that ld.so would ignore is missing, though ld.so goes on" {
    needs_preload libnowhere.so
    [ "$status" -eq 1 ]
    [ "$output" = "the library libnowhere.so cannot be preloaded: cannot open shared object file" ]
}

@test "a file that is no library is missing" {
    echo text >"$libraries/libtext.so"
    needs_preload libtext.so
    [ "$status" -eq 1 ]
    [[ $output == "the library libtext.so cannot be preloaded: "* ]]
    [ "${#lines[@]}" -eq 1 ]
}

@test "a library that lacks another one is named with it" {
    command -v cc >/dev/null || skip "there is no C compiler"
    library libinner.so
    library libouter.so -L"$libraries" -Wl,--no-as-needed -linner
    rm "$libraries/libinner.so"
    needs_preload libouter.so
    [ "$status" -eq 1 ]
    [ "$output" = "the library libouter.so cannot be preloaded: libinner.so => not found" ]
}

@test "every server that bypasses the kernel has an offload, which answers about any process" {
    local toml found=0
    for toml in "$BATS_TEST_DIRNAME"/*/server.toml; do
        grep -q '^io = "bypass"' "$toml" || continue
        found=$((found + 1))
        run "${toml%/*}/offload" $$
        echo "$toml: $output"
        [ "$status" -eq 0 ]
        [ "${#lines[@]}" -eq 1 ]
        # This process is served by no such stack.
        [[ $output == "not offloaded: "?* ]]
    done
    [ "$found" -gt 0 ]
}
