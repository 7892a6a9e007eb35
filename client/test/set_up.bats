#!/usr/bin/env bats
# set_up.sh reports whatever is used but not set up: tested on a copy of the project that lacks rows of the table and uses more than they
# provide.

setup() {
    project=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
}

commands_of() { # SCRIPT
    printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/script.sh"
    awk -f "$project/client/test/commands.awk" "$BATS_TEST_TMPDIR/script.sh" | sed 's/.* //' | paste -sd ' '
}

# The scripts below are input for set_up.sh.
# shellcheck disable=SC2016
@test "commands are found where the shell would run one" {
    [ "$(commands_of 'a | b && ! c; x=1 d >e <f; if g; then h; fi # i')" = "a b c d g h" ]
    [ "$(commands_of 'echo "$(a "$(b)" c)" d $((e + f))')" = "echo a b" ]
    [ "$(commands_of 'for a in b c; do d; done; case $a in e | f) g ;; h) i ;; esac; k')" = "d g i k" ]
    [ "$(commands_of 'list=(a $(b) c); [[ d =~ (#.*) ]] && e; { f; }; (g) <<<h')" = "b e f g" ]
    [ "$(commands_of "$(printf 'a <<TEXT\nb\nTEXT\nc() { d; }\n"$e" f; "g" h')")" = "a c() d g" ]
}

# shellcheck disable=SC2016
@test "commands that run another one are seen through" {
    [ "$(commands_of 'timeout -k 5 "$n" env A=b c; xargs -0 -n 1 -P "$p" d; exec -a e f')" = "timeout env c xargs d exec f" ]
    [ "$(commands_of "sh -c 'a | b' c; command -v d; run e; run \"\$f\" g")" = "sh command run e run a b" ]
}

@test "what no part sets up is told with its place, its package and whom it fails, though the machine has it" {
    # What is taken as missing is installed for the tests alone.
    command -v apt-cache >/dev/null && apt-cache show libc6-dev >/dev/null 2>&1 || skip "apt knows of no packages here"
    tree=$BATS_TEST_TMPDIR/tree
    mkdir "$tree"
    tar -C "$project" -c --exclude=target --exclude=node_modules Makefile .ci benchmark client plot servers | tar -C "$tree" -x
    sed -i -e '/libbenchmark-dev/d' -e '/pkgconf/d' -e '/r-cran-svglite/d' -e '/libnuma-dev/d' "$tree/benchmark/setup.sh"
    sed -i '1i #include <gtest/gtest.h>' "$tree/client/clock/clock.cc"
    sed -i '$i shellcheck x | grep -q x' "$tree/benchmark/bench.sh"
    run "$project/client/test/set_up.sh" "$tree"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"client/bench/google_record.cc:9: header <benchmark/benchmark.h> is not in what make test sets up (setup.sh client servers test fuzz)"* ]]
    [[ $output == *"Makefile:"*": library benchmark is not in what make test sets up"* ]]
    [[ $output == *"client/clock/clock.cc:1: header <gtest/gtest.h> is not in what bench.sh sets up"* ]]
    [[ $output == *": header <numa.h> is not in what bench.sh sets up (setup.sh client servers)"* ]]
    [[ $output == *"benchmark/bench.sh:"*": command shellcheck is not in what bench.sh sets up"* ]]
    [[ $output == *"servers/needs:"*": command pkg-config is not in what bench.sh sets up"* ]]
    [[ $output == *": command pkg-config is not in what make setup-c sets up"* ]]
    [[ $output == *": R package svglite is not in what make plot sets up"* ]]
    [[ $output != *" grep "* && $output != *"<stdio.h>"* ]]
}

@test "where there is no apt it is skipped with the reason" {
    mkdir "$BATS_TEST_TMPDIR/commands"
    for tool in bash mktemp rm dirname env; do
        ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/commands/$tool"
    done
    PATH=$BATS_TEST_TMPDIR/commands run "$project/client/test/set_up.sh"
    [ "$status" -eq 77 ]
    [ "$output" = "there is no apt or no dpkg to ask which package has what" ]
}
