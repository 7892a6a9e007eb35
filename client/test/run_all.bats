#!/usr/bin/env bats
# The test runner on a tree of made-up tests: each outcome is counted once and named, and nothing that fails looks passed.
#
# The bodies of scripts are in single quotes on purpose.
# shellcheck disable=SC2016

setup() {
    tree=$BATS_TEST_TMPDIR
    mkdir -p "$tree/client/test/behaviour" "$tree/target/asan" "$tree/target/tsan" "$tree/benchmark" "$tree/servers"
    cp "$BATS_TEST_DIRNAME/run_all.sh" "$tree/client/test/"
    # Two shards even on a machine with one processor, so that the counts are the same everywhere.
    mkdir "$tree/commands"
    script commands/nproc 'echo 2'
    PATH=$tree/commands:$PATH
}

script() { # PATH BODY
    printf '#!/bin/bash\n%s\n' "$2" >"$tree/$1"
    chmod +x "$tree/$1"
}

# A unit test program whose shard 0 prints what is given and whose shard 1 has nothing to do.
unit_tests() { # STATUS LINE...
    local status=$1
    shift
    printf '%s\n' "$@" >"$tree/target/said"
    script target/unit_tests "[[ \$GTEST_SHARD_INDEX == 1 ]] && echo '[==========] 0 tests ran.' && exit
cat '$tree/target/said'; exit $status"
}

run_all() { run "$tree/client/test/run_all.sh" "$@"; }
last_line() { printf '%s' "${lines[-1]}"; }

@test "unit tests are counted by GoogleTest's own words" {
    unit_tests 1 '[ RUN      ] A.passes' '[       OK ] A.passes (0 ms)' \
        '[ RUN      ] A.prints' 'no end of line[       OK ] A.prints (3 ms)' \
        '[ RUN      ] A.skips' 'a_test.cc:3: Skipped' 'no second node' '[  SKIPPED ] A.skips (0 ms)' \
        '[ RUN      ] A.fails' 'Expected: 1' '[  FAILED  ] A.fails (0 ms)' \
        '[ RUN      ] B/C.fails/0' '[  FAILED  ] B/C.fails/0, where GetParam() = 4 (0 ms)' \
        '[==========] 5 tests from 2 test suites ran. (3 ms total)' '[  PASSED  ] 2 tests.' \
        '[  SKIPPED ] 1 test, listed below:' '[  SKIPPED ] A.skips' '[  FAILED  ] 2 tests, listed below:' '[  FAILED  ] A.fails'
    run_all unit
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "2 passed, 2 failed, 1 skipped" ]
    [[ $output == *"skipped: release unit A.skips: no second node"* ]]
    [[ $output == *"failed: release unit A.fails"* ]]
    [[ $output == *"    Expected: 1"* ]]
}

@test "a unit test that crashes is named, with the status" {
    unit_tests 139 '[ RUN      ] A.passes' '[       OK ] A.passes (0 ms)' '[ RUN      ] A.crashes'
    run_all unit
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "1 passed, 1 failed, 0 skipped" ]
    [[ $output == *"failed: release unit A.crashes: crashed, status 139"* ]]
}

@test "a program that dies between tests, or whose exit fails, counts as failed" {
    unit_tests 0 '[ RUN      ] A.passes' '[       OK ] A.passes (0 ms)'
    run_all unit
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "1 passed, 1 failed, 0 skipped" ]
    unit_tests 1 '[ RUN      ] A.passes' '[       OK ] A.passes (0 ms)' '[==========] 1 test from 1 test suite ran. (0 ms total)'
    run_all unit
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "1 passed, 1 failed, 0 skipped" ]
}

@test "unit tests that are not built count as failed" {
    run_all unit
    [ "$status" -eq 1 ]
    [[ $output == *"target/unit_tests is not built"* ]]
    [ "$(last_line)" = "0 passed, 1 failed, 0 skipped" ]
}

@test "behaviour scripts pass, skip with their last line, and fail" {
    script client/test/behaviour/a_thing_works.sh '[[ -d $TMPDIR && $VOLLEY_DIR == */target ]]'
    script client/test/behaviour/another-thing-is-missing.sh 'echo noise; echo no IPv6 here; exit 77'
    script client/test/behaviour/a_third_fails.sh 'echo because; exit 4'
    echo 'exit 0' >"$tree/client/test/behaviour/not_executable.sh"
    run_all behaviour
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "1 passed, 2 failed, 1 skipped" ]
    [[ $output == *"skipped: release another thing is missing: no IPv6 here"* ]]
    [[ $output == *"failed: release a third fails: status 4"* ]]
    [[ $output == *"    because"* ]]
    [[ $output == *"failed: release not executable: "* ]]
    [ -s "$tree/target/test-logs/release-behaviour-a_third_fails.log" ]
}

@test "what fails and passes when it is tried again alone is counted as passed, and named as flaky with its log" {
    unit_tests 1 '[ RUN      ] A.slips' 'because of the load' '[  FAILED  ] A.slips (0 ms)' \
        '[ RUN      ] A/B.fails/0' '[  FAILED  ] A/B.fails/0, where GetParam() = 4 (0 ms)' '[==========] 2 tests from 1 test suite ran. (3 ms total)'
    sed -i '2i case "$*" in\n*filter=A.slips) printf "[ RUN      ] A.slips\\n[       OK ] A.slips (0 ms)\\n[==========] 1 test ran.\\n"; exit ;;\n*filter=A/B.fails/0) echo "[ RUN      ] A/B.fails/0"; exit 1 ;;\nesac' "$tree/target/unit_tests"
    script client/test/behaviour/it_slips.sh "[[ -e '$tree/tried' ]] || { touch '$tree/tried'; echo the first time; exit 1; }"
    script client/test/behaviour/it_fails.sh "echo x >>'$tree/tries'; exit 3"
    script client/test/behaviour/it_works.sh ':'
    run_all unit behaviour
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "3 passed, 2 failed, 0 skipped" ]
    [ "${lines[-2]}" = "what they printed is in target/test-logs/" ]
    [[ $output == *$'\n'"flaky: release unit A.slips (log: target/test-logs/release-unit-0.log)"$'\n'* ]]
    [[ $output == *$'\n'"flaky: release it slips (log: target/test-logs/release-behaviour-it_slips.first.log)"$'\n2 flaky\n'* ]]
    [[ $output == *"failed: release unit A/B.fails/0"* && $output == *"failed: release it fails: status 3"* ]]
    grep -q 'the first time' "$tree/target/test-logs/release-behaviour-it_slips.first.log"
    [ "$(wc -l <"$tree/tries")" -eq 2 ]
}

@test "a process left behind once, and then not, is flaky too" {
    script client/test/behaviour/it_leaves.sh "[[ -e '$tree/tried' ]] || { touch '$tree/tried'; setsid sleep 1000 >/dev/null 2>&1 & }"
    run_all behaviour
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(last_line)" = "1 passed, 0 failed, 0 skipped" ]
    [ "${lines[-2]}" = "1 flaky" ]
    grep -q 'left behind: sleep 1000' "$tree/target/test-logs/release-behaviour-it_leaves.first.log"
}

@test "a behaviour script that hangs is ended and counted as failed" {
    sed -i 's/^behaviour_deadline=.*/behaviour_deadline=1/' "$tree/client/test/run_all.sh"
    script client/test/behaviour/it_hangs.sh 'sleep 1000'
    run_all behaviour
    [ "$status" -eq 1 ]
    [[ $output == *"failed: release it hangs: not done after 1 s"* ]]
}

@test "a process that a behaviour script leaves behind fails it and is ended" {
    script client/test/behaviour/it_leaves.sh "setsid sleep 1000 >'$tree/out' 2>&1 & echo \$! >'$tree/pid'"
    run_all behaviour
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"left behind: sleep 1000"* ]]
    # Gone, or a zombie that its parent has not collected yet.
    local pid attempt ended=
    pid=$(cat "$tree/pid")
    for ((attempt = 0; attempt < 50; attempt++)); do
        if [ ! -e "/proc/$pid" ] || grep -q '^State:.Z' "/proc/$pid/status"; then
            ended=yes
            break
        fi
        sleep 0.1
    done
    [ "$ended" ]
}

@test "why a script failed is said before what it left behind" {
    script client/test/behaviour/it_fails.sh 'setsid sleep 1000 >/dev/null 2>&1 & exit 3'
    run_all behaviour
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"failed: release it fails: status 3; left behind: sleep 1000"* ]]
}

@test "scripts that are told to run alone do, after the others" {
    for name in a b c; do
        script "client/test/behaviour/$name.sh" "for try in {1..50}; do [[ -e '$tree/with.$name' ]] && break; sleep 0.1; touch '$tree'/with.{a,b,c}; done"
    done
    # If another script ran beside it, it would see the file that the other creates at its start.
    for name in 1 2; do
        script "client/test/behaviour/$name.sh" "# Alone: it measures
[[ -e '$tree/with.a' && ! -e '$tree/here' ]] || exit 1; touch '$tree/here'; sleep 0.3; rm '$tree/here'"
    done
    run_all behaviour
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(last_line)" = "5 passed, 0 failed, 0 skipped" ]
    [[ $output != *flaky* ]]
}

@test "the thread sanitizer has the scripts that measure" {
    script target/tsan/unit_tests 'echo "[==========] 0 tests ran."'
    script client/test/behaviour/it_measures.sh '[[ $VOLLEY_DIR == */target/tsan ]]'
    script client/test/behaviour/it_reads.sh '# Not with the thread sanitizer: it only reads
[[ $VOLLEY_DIR != */target/tsan ]]'
    script servers/check '[[ $* == "--variant tsan"* ]] || exit 2; [[ $3 == --list ]] && echo c-one && exit
printf "server\nc-one  60 0 0\n"'
    run_all tsan
    echo "$output"
    [ "$(last_line)" = "2 passed, 0 failed, 0 skipped" ]
    script target/unit_tests 'echo "[==========] 0 tests ran."'
    run_all release
    [ "$(last_line)" = "1 passed, 1 failed, 0 skipped" ]
}

@test "a build that fails is a failure, and nothing is tried after it" {
    script commands/make 'echo "no such header" >&2; exit 2'
    script client/test/floors.sh 'exit 0'
    run_all build floors
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "0 passed, 1 failed, 0 skipped" ]
    [[ $output == *"no such header"* && $output == *"failed: build: status 2"* ]]
    script commands/make '[[ $* == *build-for-tests* ]]'
    run_all build floors
    [ "$(last_line)" = "1 passed, 0 failed, 0 skipped" ]
    [[ $output == *"time by part:"*"build "*"floors "*"all "* ]]
}

@test "the sanitizers' variant uses its own programs and fails on a report whatever the status" {
    script target/asan/unit_tests 'echo "[==========] 0 tests ran."'
    script client/test/behaviour/it_reports.sh 'file=$(tr -d "\047" <<<"${ASAN_OPTIONS#log_path=}"); echo "heap overflow" >"${file%%:*}.1"'
    script client/test/behaviour/it_is_clean.sh '[[ $VOLLEY_DIR == */target/asan ]]'
    script servers/check '[[ $* == "--variant asan"* ]] || exit 2; [[ $3 == --list ]] && echo c-one && exit
printf "server\nc-one  60 0 0\n"'
    run_all asan
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "2 passed, 1 failed, 0 skipped" ]
    [[ $output == *"failed: asan it reports: a sanitizer reported"* ]]
    [[ $output == *"    heap overflow"* ]]
}

@test "each server is a test: passed, skipped with the reason, failed with the names of the checks" {
    script servers/check '[[ $1 == --list ]] && printf "%s\n" good card "wrong unix" broken early && exit
printf "%-24s passed failed skipped\n" server
case $1 in
good) echo "good                         60      0       0" ;;
card) echo "card                     skipped: no network card"; exit 77 ;;
"wrong unix") mkdir -p target/servers/.conform; printf "FAIL size-1\n     received  ff\nok   size-2\n" >"target/servers/.conform/wrong unix.log"
    echo "wrong unix                   59      1       0  size-1"; exit 1 ;;
broken) echo "broken                   not built: see its log"; exit 1 ;;
early) exit 3 ;;
esac
echo "1 servers: it does not matter"'
    script client/test/template.sh '[[ $1 == --list ]] && echo c rust ada && exit; [[ $1 != rust ]] || { echo no cargo; exit 77; }; [[ $1 == c ]]'
    run_all servers
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "2 passed, 4 failed, 2 skipped" ]
    [[ $output == *"skipped: new server in rust: no cargo"* ]]
    [[ $output == *"failed: new server in ada: status 1"* ]]
    [[ $output == *"skipped: release server card: no network card"* ]]
    [[ $output == *"failed: release server wrong unix: size-1"* ]]
    # The failure is repeated at the end, and nothing else.
    [[ $output == *"    FAIL size-1"* ]]
    [ "$(grep -c "ok   size-2" <<<"$output")" -eq 1 ]
    [[ $output == *"failed: release server broken: not built: see its log"* ]]
    [[ $output == *"failed: release server early: status 3"* ]]
}

@test "a server that fails beside another one is tried again alone" {
    script servers/check '[[ $1 == --list ]] && printf "%s\n" late wrong && exit
echo >>"$1.tries"
[[ $1 == late && $(wc -l <"$1.tries") == 2 ]] && echo "late  60 0 0" && exit
echo "$1  59      1       0  last-of-a-burst-is-prompt"; exit 1'
    script client/test/template.sh ':'
    run_all servers
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "1 passed, 1 failed, 0 skipped" ]
    [[ $output == *"failed: release server wrong: last-of-a-burst-is-prompt"* ]]
    [[ $output == *$'\n'"flaky: release server late (log: target/test-logs/release-server-late.first.log)"$'\n1 flaky\n'* ]]
    grep -q last-of-a-burst "$tree/target/test-logs/release-server-late.first.log"
    [ "$(wc -l <"$tree/wrong.tries")" -eq 2 ]
}

@test "a sanitizer that reports of a server fails that one, also where it would pass alone" {
    script target/asan/unit_tests 'echo "[==========] 0 tests ran."'
    script servers/check '[[ $3 == --list ]] && printf "%s\n" clean leaks && exit
file=$(tr -d "\047" <<<"${ASAN_OPTIONS#log_path=}"); [[ $3 == clean ]] || echo "heap overflow" >"${file%%:*}.1"
echo "$3  60 0 0"'
    run_all asan
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "1 passed, 1 failed, 0 skipped" ]
    [[ $output == *"failed: asan server leaks: a sanitizer reported"* ]]
    [[ $output == *"    heap overflow"* ]]
}

@test "no servers at all is a failure" {
    script servers/check ':'
    script client/test/template.sh ':'
    run_all servers
    [ "$status" -eq 1 ]
    [[ $output == *"failed: release servers: there are none"* ]]
}

@test "bats files are counted test by test, and one that ends early is noticed" {
    script commands/bats 'case $2 in
*whole*) printf "1..3\nok 1 one\nnot ok 2 two\n#  why\nok 3 three # skip no root\n"; exit 1 ;;
*early*) printf "1..2\nok 1 one\n" ;;
esac'
    touch "$tree/benchmark/whole.bats" "$tree/benchmark/early.bats"
    run_all bats
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "2 passed, 2 failed, 1 skipped" ]
    [[ $output == *"skipped: benchmark/whole.bats: three: no root"* ]]
    [[ $output == *"failed: benchmark/whole.bats: two"* ]]
    [[ $output == *"failed: benchmark/early.bats: 1 tests of 2 ended"* ]]
}

@test "each check of lint, each fuzz target and the floors are a test" {
    script client/test/lint.sh '[[ $1 == --list ]] && echo "layout shell" && exit; [[ $1 == shell ]] || { echo no tool; exit 77; }'
    script client/test/fuzz.sh '[[ $1 == --list ]] && echo options && exit; exit 1'
    script client/test/floors.sh 'exit 0'
    run_all lint fuzz floors
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "2 passed, 1 failed, 1 skipped" ]
}

@test "no fuzz targets at all is a failure" {
    script client/test/fuzz.sh 'exit 0'
    run_all fuzz
    [ "$status" -eq 1 ]
}

@test "one total ends several parts, and the status is 0 where nothing failed" {
    unit_tests 0 '[ RUN      ] A.passes' '[       OK ] A.passes (0 ms)' '[==========] 1 test ran.'
    script client/test/behaviour/it_works.sh ':'
    script client/test/floors.sh 'exit 0'
    run_all release floors
    [ "$status" -eq 0 ]
    [ "$(last_line)" = "3 passed, 0 failed, 0 skipped" ]
}

@test "an unknown part is a usage error" {
    run_all everything
    [ "$status" -eq 2 ]
}

@test "bats, lint, floors and fuzz run beside a sanitizer's tests, and are counted with them" {
    script client/test/floors.sh "touch '$tree/floors'; for _ in {1..100}; do [[ ! -e '$tree/server' ]] || exit 1; sleep 0.1; done; exit 0"
    script client/test/lint.sh '[[ $1 == --list ]] && echo layout && exit; echo no tool; exit 77'
    script target/asan/unit_tests 'echo "[==========] 0 tests ran."'
    script servers/check "[[ \$3 == --list ]] && echo good && exit
for _ in {1..100}; do [[ ! -e '$tree/floors' ]] || { touch '$tree/server'; echo 'good  60 0 0'; exit; }; sleep 0.1; done; exit 3"
    run_all floors lint asan
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(last_line)" = "1 passed, 1 failed, 1 skipped" ]
    [[ $output == *"failed: floors: status 1"* ]]
    [[ $output == *"skipped: lint layout: no tool"* ]]
    [[ $output == *$'\n  floors       1 tests, '* ]]
}

@test "beside the release tests only idle time is used, and bats waits for their end" {
    command -v chrt >/dev/null || skip "chrt is missing"
    script target/unit_tests "for _ in {1..100}; do [[ ! -e '$tree/linted' ]] || break; sleep 0.1; done; sleep 1; touch '$tree/released'
echo '[==========] 0 tests ran.'"
    script target/asan/unit_tests 'echo "[==========] 0 tests ran."'
    script servers/check 'echo good'
    script client/test/lint.sh "[[ \$1 == --list ]] && echo layout && exit; touch '$tree/linted'; chrt -p \$\$ | grep -q SCHED_IDLE"
    printf '@test "measures" {\n    [ -e "%s" ]\n    chrt -p $$ | grep -q SCHED_OTHER\n}\n' "$tree/released" >"$tree/benchmark/late.bats"
    run_all unit lint bats asan
    echo "$output"
    [ "$(last_line)" = "3 passed, 0 failed, 0 skipped" ]
}

@test "what runs beside the others and ends early has failed" {
    script client/test/floors.sh 'kill -KILL "$(cut -d " " -f 5 /proc/$(cut -d " " -f 4 /proc/$PPID/stat)/stat)"'
    script target/asan/unit_tests 'echo "[==========] 0 tests ran."'
    script servers/check '[[ $3 == --list ]] && echo good && exit; echo "good  60 0 0"'
    run_all asan floors
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"failed: floors: ended early"* ]]
}

@test "an interrupt ends what runs beside the others too" {
    script client/test/floors.sh "sleep 1000 & echo \$! >'$tree/pid'; wait"
    script target/asan/unit_tests 'echo "[==========] 0 tests ran."'
    script servers/check "[[ \$3 == --list ]] && echo good && exit; until [[ -s '$tree/pid' ]]; do sleep 0.1; done; kill \$(cat '$tree/runner')"
    run bash -c "echo \$\$ >'$tree/runner'; exec '$tree/client/test/run_all.sh' asan floors"
    [ "$status" -eq 143 ]
    for _ in {1..100}; do kill -0 "$(cat "$tree/pid")" 2>/dev/null || return 0; sleep 0.1; done
    kill "$(cat "$tree/pid")"
    false
}

# The signals from 32 on do not count: the C library lets nobody change 32 and 33, which some callers ignore.
@test "what the caller ignores is not ignored in a test" {
    script client/test/behaviour/it_looks.sh 'grep -xE "SigIgn:[[:space:]]*[0-9a-f]{8}[08]0{7}" /proc/self/status'
    run bash -c "trap '' HUP INT QUIT PIPE USR1; exec '$tree/client/test/run_all.sh' behaviour"
    echo "$output"
    [ "$status" -eq 0 ]
}
