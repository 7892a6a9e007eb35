#!/usr/bin/env bats
# The table of servers in README.md is that of their metadata.

begin='<!-- servers: made by make servers-table -->'
end='<!-- servers: end -->'

setup() {
    tree="$BATS_TEST_TMPDIR/a tree"
    mkdir -p "$tree"/{b,.template,notes}
    cp "$BATS_TEST_DIRNAME/table" "$tree/"
    touch "$tree"/{b,.template,notes}/Makefile
    printf '%s\n' 'summary = "one | two" # a comment' 'language = "C"' 'runtime = "POSIX"' 'io = "epoll"' 'concurrency = "single"' \
        'style = "idiomatic"' >"$tree/b/server.toml"
    cp "$tree/b/server.toml" "$tree/.template/"
    # shellcheck disable=SC2016
    row='| [`b`](b) | C, POSIX | epoll, single | idiomatic | one \| two |'
}

@test "README.md is not behind the servers: make servers-table" {
    diff <(sed -n "/^$begin\$/,/^$end\$/p" "$BATS_TEST_DIRNAME/README.md" | sed '1d;$d') <("$BATS_TEST_DIRNAME/table")
}

@test "a server is a row, what is none is not" {
    run "$tree/table"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    [ "${lines[2]}" = "$row" ]
}

@test "markup and control characters of a server.toml are text" {
    # shellcheck disable=SC2016
    printf 'summary = "[a](http://b) `c` <i>d</i> *e* _f_ io_uring \033[2J"\n' >"$tree/b/server.toml"
    run "$tree/table"
    [ "$status" -eq 0 ]
    # shellcheck disable=SC2016
    [[ ${lines[2]} == *'| \[a\](http://b) \`c\` \<i\>d\</i\> \*e\* \_f\_ io_uring \[2J |' ]]
}

@test "--write replaces what stands between the markers, and nothing else" {
    printf '%s\n' before "$begin" old '' old "$end" after >"$tree/README.md"
    run "$tree/table" --write
    [ "$status" -eq 0 ]
    [ "$(sed -n '1,2p;6,7p' "$tree/README.md")" = "$(printf '%s\n' before "$begin" "$end" after)" ]
    [ "$(sed -n 5p "$tree/README.md")" = "$row" ]
    cp "$tree/README.md" "$tree/once"
    "$tree/table" --write
    cmp "$tree/once" "$tree/README.md"
}

@test "without the markers README.md stays as it is" {
    printf '%s\n' "$end" "$begin" >"$tree/README.md"
    run "$tree/table" --write
    [ "$status" -eq 1 ]
    [ "$(cat "$tree/README.md")" = "$end"$'\n'"$begin" ]
}
