#!/usr/bin/env bats
# The Makefile of the servers on a tree of made-up ones, below a directory with a space: what is built, skipped and failed, and that nobody
# stops anybody else.

setup() {
    tree="$BATS_TEST_TMPDIR/a tree"
    mkdir -p "$tree/servers"
    cp "$BATS_TEST_DIRNAME"/{Makefile,needs} "$tree/servers/"
    cd "$tree/servers" || return
    unset MAKEFLAGS MFLAGS MAKELEVEL V SERVERS
}

# A server whose Makefile runs the commands given; "language" and "needs" can be set before.
server() { # NAME COMMAND...
    local name=$1
    shift
    mkdir -p "$name"
    printf 'summary = "made up"\nlanguage = "%s"\nneeds = [%s]\n' "${language:-C}" "${needs:-}" >"$name/server.toml"
    {
        printf '%s: source\n' "$name"
        printf '\t%s\n' "$@"
        printf '.PHONY: clean\nclean:\n\trm -f %s\n' "$name"
    } >"$name/Makefile"
    touch "$name/source"
}
works() { server "$1" "printf '\\043!/bin/sh\\n' >\$@ && chmod +x \$@"; }

@test "a failing build and a missing need stop nobody; a table and a count end it" {
    works good
    server bad 'echo the reason is here; exit 3'
    needs='"command:no-such-command"' works lacking
    works zero
    run make -j4
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *"good "*" built"* && $output == *"zero "*" built"* ]]
    [[ $output == *"bad "*" failed: see target/servers/.log/bad"* ]]
    [[ $output == *"lacking "*" skipped: the command no-such-command is not on PATH"* ]]
    [[ $output == *"  FAILED bad"*"the reason is here"* ]]
    [[ $output == *$'\n2 built, 1 failed, 1 skipped'* ]]
    [ -x ../target/servers/good ]
    [ -x ../target/servers/zero ]
    [ ! -e ../target/servers/bad ]
    [ ! -e ../target/servers/lacking ]
}

@test "where all that can be built is built the status is 0, also with skips" {
    works good
    needs='"command:no-such-command"' works lacking
    run make
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "1 built, 0 failed, 1 skipped" ]
}

@test "builds at the same time do not mix their words: each has a log, and the end of a failed one is shown" {
    # shellcheck disable=SC2016
    server noisy 'for i in $$(seq 200); do echo "noise $$i"; done; exit 1'
    works good
    run make -j2
    [ "$status" -ne 0 ]
    [[ $output != *"noise 5"$'\n'* && $output == *"noise 200"* ]]
    grep -q 'noise 1$' ../target/servers/.log/noisy
}

@test "a build that makes nothing, or hangs, has failed" {
    server empty true
    server hangs 'sleep 1000'
    sed -i 's/^BUILD_SECONDS := .*/BUILD_SECONDS := 1/' Makefile
    run make -j2
    [ "$status" -ne 0 ]
    [[ $output == *"empty: its Makefile did not make an executable empty/empty"* ]]
    [[ $output == *"hangs: not built within 1 s"* ]]
    [ "$(grep -c '^0 built, 2 failed, 0 skipped$' <<<"$output")" -eq 1 ]
}

@test "a server that fails after it worked is no longer there" {
    works good
    make
    [ -x ../target/servers/good ]
    server good 'exit 1'
    touch good/source
    run make
    [ "$status" -ne 0 ]
    [ ! -e ../target/servers/good ]
}

@test "SERVERS builds some, and an unknown one is named with those there are" {
    works one
    works two
    run make SERVERS=two
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "1 built, 0 failed, 0 skipped" ]
    [ -e ../target/servers/two ]
    [ ! -e ../target/servers/one ]
    run make SERVERS="two tree"
    [ "$status" -ne 0 ]
    [[ $output == *'no server "tree" here; choose from: one two'* ]]
}

@test "make server-NAME says why not, and builds where it can" {
    works good
    needs='"command:no-such-command"' works lacking
    run make server-lacking
    [ "$status" -ne 0 ]
    [[ $output == *"server-lacking: the command no-such-command is not on PATH"* ]]
    run make server-good
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ -x ../target/servers/good ]
}

@test "a directory without server.toml, and one whose name begins with a dot, are none" {
    works good
    works .template
    mkdir notes
    touch notes/Makefile
    run make
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "1 built, 0 failed, 0 skipped" ]
}

@test "with a sanitizer copies of the C and C++ servers are built, and again where their source is newer" {
    # shellcheck disable=SC2016
    server plain 'printf "\043!/bin/sh\n\043 %s %s\n" "$(CFLAGS)" "$(CXXFLAGS)" >$@; chmod +x $@; echo built >>count'
    language=Go works other
    run make asan
    [ "$status" -eq 0 ]
    [ ! -e plain/plain ]
    [ ! -e ../target/asan/servers/other ]
    grep -q 'fsanitize=address.*fsanitize=address' ../target/asan/servers/plain
    run make tsan
    grep -q 'fsanitize=thread' ../target/tsan/servers/plain
    run make asan
    [ "$(wc -l <../target/asan/servers/.copy/plain/count)" -eq 1 ]
    touch -d '+2 seconds' plain/source
    echo again >plain/count
    run make asan
    [ "$(cat ../target/asan/servers/.copy/plain/count)" = $'again\nbuilt' ]
}

@test "make clean takes all of it away" {
    works good
    make
    make asan
    run make clean
    [ "$status" -eq 0 ]
    [ ! -e good/good ]
    [ ! -e ../target/servers ]
    [ ! -e ../target/asan/servers ]
}

@test "a server's own make has the jobs of the one that calls it, and warns of nothing" {
    works good
    # As many as there are, also through a makefile above this one, as bench.sh does.
    # shellcheck disable=SC2016
    printf 'all:\n\t$(MAKE) -C servers server-good\n' >../Makefile
    run make -j3 -C ..
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output != *jobserver* ]]
    rm good/good
    run make -j3
    [ "$status" -eq 0 ]
    [ "$(grep -c jobserver ../target/servers/.log/good)" -eq 0 ]
}

@test "a compiler that is given with options finds what a server needs" {
    mkdir -p "$tree/servers/made-up"
    printf 'needs = ["header:cstddef", "library:libm"]\n' >"$tree/servers/made-up/server.toml"
    run env CXX="${CXX:-c++} -O1" CC="${CC:-cc} -O1" "$tree/servers/needs" "$tree/servers/made-up"
    echo "$output"
    [ "$status" -eq 0 ]
    # And what is missing is still found out.
    printf 'needs = ["header:no_such_header"]\n' >"$tree/servers/made-up/server.toml"
    run env CXX="${CXX:-c++} -O1" "$tree/servers/needs" "$tree/servers/made-up"
    [ "$status" -eq 1 ]
}
