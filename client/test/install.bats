#!/usr/bin/env bats
# make install: what it installs where, and that it works there. Everything is installed below a directory with a space in its name.

setup_file() {
    export staged="$BATS_FILE_TMPDIR/a stage"
    cd "$BATS_TEST_DIRNAME/../.." || return
    unset MAKEFLAGS MFLAGS MAKELEVEL
    # The programs under test are built already: -o.
    make -s -o client install DESTDIR="$staged" PREFIX='/opt/a prefix'
}

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    unset MAKEFLAGS MFLAGS MAKELEVEL
    tree=$PWD
    prefix="$staged/opt/a prefix"
    bin=$prefix/bin
    programs='volley volley-compare volley-conform volley-sweep'
}

# Installs with a clean environment, without make.
install_sh() { run client/install/install.sh "$@"; }

names_in() { (cd "$1" && printf '%s ' *); }

completed() { # WORD...
    # shellcheck disable=SC2016
    PATH=$bin:$PATH run bash --norc -c 'source "$1/share/bash-completion/completions/${2##*/}" && shift && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) &&
        _volley "$1" "${@: -1}" "${@: -2:1}" && printf "%s\n" "${COMPREPLY[@]}"' bash "$prefix" "$@"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "programs, man pages and completion, and nothing else" {
    [ "$(names_in "$bin")" = "$programs " ]
    [ "$(names_in "$prefix/share/man/man1")" = "volley-compare.1 volley-conform.1 volley-sweep.1 volley.1 " ]
    [ "$(names_in "$prefix/share/bash-completion/completions")" = "$programs " ]
    [ "$(find "$staged" -type f | wc -l)" -eq 12 ]
    [ "$(find "$bin" -type f -perm 755 | wc -l)" -eq 4 ]
    [ "$(find "$prefix/share" -type f -perm 644 | wc -l)" -eq 8 ]
}

@test "a server given as a path is measured, checked and swept from there, away from the tree, and results are compared" {
    cp target/test/fake_server "$BATS_TEST_TMPDIR/my server"
    cd "$BATS_TEST_TMPDIR"
    run "$bin/volley" --runs 1 --run-time 50ms --warmup 10ms --max-time 1s --no-placement --json r.jsonl -- "./my server"
    echo "$output"
    [ "$status" -eq 0 ] || [ "$status" -eq 3 ]
    [[ $output == *"my server"* ]]
    run "$bin/volley-conform" --only adds-one "./my server"
    echo "$output"
    [[ ${lines[-1]} == "1 passed, 0 failed, 0 skipped" ]]
    before=$(names_in "$bin")
    run "$bin/volley-sweep" --servers "./my server" --clients 1 --cores 1 --runs 1 -- --run-time 50ms --warmup 10ms --no-placement
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"next:    volley-compare $PWD/sweep-results/"* ]] || [[ $output == *"next:    volley-compare '$PWD/sweep-results/"* ]]
    [ "$(names_in "$bin")" = "$before" ]
    run "$bin/volley-compare" sweep-results/*/results.jsonl
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"my server"* ]]
}

@test "installed programs call themselves by the names that they have there" {
    for program in compare conform sweep; do
        run "$bin/volley-$program" --help
        [ "$status" -eq 0 ]
        [[ ${lines[0]} == "volley-$program: "* ]]
        [[ ${lines[1]} == "  volley-$program "* ]]
        run "$bin/volley-$program" --nonsense
        [ "$status" -eq 2 ]
        [[ ${lines[0]} == "volley-$program: "* ]]
        run "target/$program" --help
        [[ ${lines[0]} == "$program: "* ]]
        [[ ${lines[1]} == "  $program "* ]]
    done
}

@test "programs that a message tells to call have the names of the place where it is printed" {
    broken=(--runs 1 --run-time 50ms --warmup 10ms --no-placement -- target/test/fake_server --fault wrong-answer)
    run "$bin/volley" "${broken[@]}"
    [ "$status" -eq 1 ]
    [[ $output == *"check the server with volley-conform" ]]
    run target/volley "${broken[@]}"
    [[ $output == *"check the server with target/conform" ]]
    grid=(--servers target/test/fake_server --clients 1 --cores 1 -- --nonsense)
    run "$bin/volley-sweep" "${grid[@]}"
    [ "$status" -eq 2 ]
    [[ $output == *"see volley --help" ]]
    run target/sweep "${grid[@]}"
    [[ $output == *"see target/volley --help" ]]
}

@test "each man page has every option of its --help, and is laid out without a warning" {
    command -v man >/dev/null && command -v mandoc >/dev/null || skip "man or mandoc is missing: benchmark/setup.sh test"
    for program in $programs; do
        page="$prefix/share/man/man1/$program.1"
        run env LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -l "$page"
        [ "$status" -eq 0 ]
        [[ $output != *warning:* ]]
        shown=$(tr -s ' ' <<<"$output") # lines are justified
        [[ $shown == *"$program - "* && $shown == *SYNOPSIS* && $shown == *"EXIT STATUS"* ]]
        while IFS= read -r option; do
            grep -qE -e "^ +(-[A-Za-z], )?$option( |$)" <<<"$shown" || { echo "$program: $option is missing in: $shown"; return 1; }
        done < <("$bin/$program" --help | sed -nE 's/^  (-[A-Za-z] \[ )?(--[a-z-]+).*/\2/p')
        run mandoc -T lint "$page"
        echo "$output"
        [ -z "$output" ]
    done
}

@test "bash completes options, checks and files" {
    completed volley --min
    [ "$output" = --min-runs ]
    completed volley-conform --v
    [ "$output" = --version ]
    completed volley-sweep --precision
    [ -z "$output" ]
    completed volley-conform --only size-10
    [ "${lines[*]}" = "size-1024 size-1048576" ]
    completed volley --driver s
    [ "$output" = spin ]
    : >"$BATS_TEST_TMPDIR/a file"
    completed volley-compare "$BATS_TEST_TMPDIR/a f"
    [ "$output" = "$BATS_TEST_TMPDIR/a file" ]
    # Words after -- belong to the server.
    completed volley -- ./server --min
    [ -z "$output" ]
    completed "$tree/target/volley" --max
    [ "${lines[*]}" = "--max-runs --max-time" ]
}

@test "uninstall removes what install wrote, and nothing else" {
    root="$BATS_TEST_TMPDIR/a root"
    mkdir -p "$root/usr/local/bin"
    touch "$root/usr/local/bin/compare"
    DESTDIR=$root install_sh install
    [ "$status" -eq 0 ]
    [ -x "$root/usr/local/bin/volley-conform" ]
    run make -s uninstall DESTDIR="$root"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(find "$root" -type f)" = "$root/usr/local/bin/compare" ]
    DESTDIR=$root install_sh uninstall
    [ "$status" -eq 0 ]
}

@test "a PREFIX or DESTDIR that is relative is refused in one line" {
    PREFIX=here install_sh install
    [ "$status" -eq 2 ]
    [ "$output" = "make install: PREFIX=here: it has to begin with /, as in PREFIX=/usr/local" ]
    DESTDIR=here install_sh uninstall
    [ "$status" -eq 2 ]
    [ "$output" = "make uninstall: DESTDIR=here: it has to begin with /, as in DESTDIR=/tmp/package" ]
    [ ! -e here ]
}
