#!/usr/bin/env bats
# The fuzz script with a make that "builds" scripts: what it asks of libFuzzer, and that a finding is a failure.

setup() {
    tree=$BATS_TEST_TMPDIR
    mkdir -p "$tree/client/test/fuzz/corpus/options" "$tree/commands"
    cp "$BATS_TEST_DIRNAME/fuzz.sh" "$tree/client/test/"
    touch "$tree"/client/test/fuzz/fuzz_{options,replies}.cc
    echo seed >"$tree/client/test/fuzz/corpus/options/one"
    printf '#!/bin/bash\n' >"$tree/commands/clang++"
    # As libFuzzer does: a finding gives the requested status, by default 77.
    cat >"$tree/commands/make" <<'SCRIPT'
#!/bin/bash
mkdir -p target/fuzz
cat >"${!#}" <<'PROGRAM'
#!/bin/bash
echo "$0 $*"
status=77
for word in "$@"; do [[ $word == -error_exitcode=* ]] && status=${word#*=}; done
[[ $FINDS != yes ]] || exit "$status"
PROGRAM
chmod +x "${!#}"
SCRIPT
    chmod +x "$tree"/commands/*
    PATH=$tree/commands:$PATH
}

@test "each target is listed" {
    run "$tree/client/test/fuzz.sh" --list
    [ "$output" = $'options\nreplies' ]
}

@test "the time is shared among all targets, also where one is run alone" {
    FUZZ_SECONDS=60 run "$tree/client/test/fuzz.sh" options
    [ "$status" -eq 0 ]
    [[ $output == *"fuzz/options "*"-max_total_time=30 "* ]]
}

@test "the corpus is copied, the one in the sources stays as it is" {
    run "$tree/client/test/fuzz.sh" options
    [[ $output == *" target/fuzz/corpus/options" ]]
    [ -e "$tree/target/fuzz/corpus/options/one" ]
}

@test "a finding is a failure and not a skip" {
    FINDS=yes run "$tree/client/test/fuzz.sh" replies
    [ "$status" -eq 1 ]
    [[ $output == *"fuzz/replies "* ]]
}

@test "an unknown target is named" {
    run "$tree/client/test/fuzz.sh" nothing
    [ "$status" -eq 2 ]
    [[ $output == *'no fuzz target "nothing"'* ]]
}
