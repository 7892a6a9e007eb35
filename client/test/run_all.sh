#!/usr/bin/env bash
# Runs the tests of what has been built, and counts them all: `make test` builds and calls it.
#
# usage: run_all.sh [PART...]      (default: release servers bats plots lint floors)
#   build                 what release and servers start: the programs, and the servers; counts where it fails
#   sanitized             builds what asan, tsan and fuzz start
#   release, asan, tsan   unit tests and behaviour scripts with the programs in target/, target/asan/, target/tsan/; with the
#                         sanitizers also conform over the C and C++ servers, all of them with the sanitizer. The thread sanitizer
#                         has the unit tests that start threads, and the behaviour scripts that measure
#   servers               conform over every server, each a test, and a new server in each language; skipped where this machine lacks what it needs
#   unit, behaviour       one half of release
#   quick                 the behaviour scripts, four at a time, without those that run alone (`make check`)
#   changed               layout, shell and floors for what differs from the last commit, and all warnings of the release build
#   bats                  benchmark/*.bats, servers/*.bats, client/test/*.bats
#   plots                 plot/*.bats
#   lint, floors          the checks of form, each a test; the warnings of both compilers are those of the builds
#   fuzz                  each libFuzzer target, a test
# If asan or tsan is asked for, sanitized, plots, lint, floors, fuzz and bats run beside the other parts. While release and servers run, which
# look at figures and time limits, they get only the time of processors that would be idle (SCHED_IDLE), and bats, which measures, waits.
#
# The last line is "N passed, N failed, N skipped", the status 0 only if nothing failed; before it come the failures and the
# reason of each skip. Everything that a test printed is in target/test-logs/.
#
# A unit test, a behaviour script or a server that fails is tried again, once and alone. If it passes then, it counts as passed and is named as
# flaky, with the log of its failure, and counted in a line of its own: it has a fault, in the test or in what it tests. A sanitizer
# report, or a unit test that crashes and takes others with it, is a failure whatever the second try says.
#
# A behaviour script, client/test/behaviour/*.sh, is one test named as a sentence: status 0 passed, 77 skipped with the reason in
# its last line, anything else failed. It finds the programs in $VOLLEY_DIR and a directory of its own, removed afterwards, in
# $TMPDIR; the root of the project is its working directory. A process that it leaves behind fails it. Four scripts run at a time, and five
# with a sanitizer. A line of its own in a script changes that:
#   # Alone: WHY                          it looks at figures or at the whole machine, and runs when the others have ended
#   # Not with the thread sanitizer: WHY  it measures nothing
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# The tests call make themselves; they are none of the jobs of the make that called this.
unset MAKEFLAGS MFLAGS MAKELEVEL

# Long enough for a machine that is busy with other things: it ends what hangs and measures nothing.
unit_deadline=900
behaviour_deadline=180
servers_at_once=4
template_deadline=900
server_deadline=1600 # servers/check ends a conform that hangs earlier
bats_deadline=1200
lint_deadline=1800
fuzz_deadline=1800
sanitizer_factor=3

logs=$PWD/target/test-logs
passed=0
failures=()
skips=()
flaky=()

pass() { passed=$((passed + 1)); }
skip() { # NAME REASON
    skips+=("$1: ${2:-no reason given}")
}
# Counts a test that failed and then passed alone.
pass_at_last() { # NAME LOG-OF-THE-FAILURE
    flaky+=("$1 (log: ${2#"$PWD/"})")
    printf 'FLAKY %s\n' "$1"
    tail -n 25 "$2" | sed 's/^/    /'
    pass
}
# Reports at once, with the end of the log, or what follows a line that contains BEGINNING.
fail() { # NAME LOG [REASON [BEGINNING]]
    failures+=("$1${3:+: $3}")
    printf 'FAILED %s%s\n' "$1" "${3:+: $3}"
    if [[ ${4:-} ]]; then
        beginning=$4 awk -v lines=25 '!from && index($0, ENVIRON["beginning"]) { from = NR } from && NR < from + lines { print "    " $0 }' "$2"
    else
        tail -n 25 "$2" | sed 's/^/    /'
    fi
}

# One test by its status; 124 and 137 are timeout's.
judge() { # NAME LOG STATUS DEADLINE
    case $3 in
        0) pass ;;
        77) skip "$1" "$(tail -n 1 "$2")" ;;
        124 | 137) fail "$1" "$2" "not done after $4 s" ;;
        *) fail "$1" "$2" "status $3" ;;
    esac
}

# Runs a command with a deadline, without input and with its output in a log; the status is the command's. Signals that the caller ignores
# (SIGHUP under a CI agent, say) are not ignored in a test.
run_with_deadline() { # SECONDS LOG COMMAND...
    local seconds=$1 log=$2
    shift 2
    env --default-signal timeout --kill-after=10 "$seconds" "${gently[@]}" "$@" >"$log" 2>&1 </dev/null
}

# Sanitizers report into files, so that a report counts whatever the test's status.
use_sanitizers() { # VARIANT
    launcher=()
    factor=1
    unset ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS VOLLEY_COVERAGE_SEEDS
    [[ $1 != release ]] || return 0
    factor=$sanitizer_factor
    # A few seeds exercise the code as well as many, and sanitizers check only the code.
    export VOLLEY_COVERAGE_SEEDS=5
    local common="log_path='$logs/sanitizer-report':exitcode=86" # quoted: the path may hold spaces
    # The thread sanitizer waits a second before it lets a process end, but a signal may take no longer than that.
    export ASAN_OPTIONS=$common UBSAN_OPTIONS=$common:print_stacktrace=1 TSAN_OPTIONS=$common:second_deadlock_stack=1:atexit_sleep_ms=100
    # The thread sanitizer of gcc 12 cannot map its shadow where the kernel randomizes addresses by more than 28 bits.
    if [[ $1 == tsan ]] && setarch -R true 2>/dev/null; then
        launcher=(setarch -R)
    fi
}

# Moves sanitizer reports to the end of a log; succeeds if there were some. WHOSE: the reports under this name only.
collect_reports() { # LOG [WHOSE]
    local report found=1
    for report in "$logs/sanitizer-report${2:+-$2}".*; do
        [[ -e $report ]] || continue
        cat "$report" >>"$1"
        rm "$report"
        found=0
    done
    return "$found"
}

# Results of a GoogleTest log, one a line: "pass NAME", "fail NAME", "skip NAME<tab>REASON", "crash NAME", "end".
read_gtest_log() {
    awk '
    function rest(mark) { text = substr($0, index($0, mark) + length(mark)); sub(/ \([0-9]+ ms\)$/, "", text); return text }
    index($0, "[ RUN      ] ") { running = rest("[ RUN      ] "); reason = ""; next }
    running && index($0, "[       OK ] ") { print "pass " running; running = ""; next }
    running && /\[  FAILED  \] .*ms\)$/ { print "fail " running; running = ""; next }
    running && /\[  SKIPPED \] .*ms\)$/ { print "skip " running "\t" reason; running = ""; next }
    running && !/: Skipped$/ && NF { reason = reason (reason ? " " : "") $0 }
    /^\[==========\] .* ran\./ { ended = 1 }
    END { if (running) print "crash " running; else if (ended) print "end" }' "$1"
}

# Runs a failed test again, alone.
passes_alone() { # PROGRAM NAME LOG DEADLINE
    run_with_deadline "$4" "$3" "${launcher[@]}" "$1" --gtest_color=no --gtest_filter="$2" && ! collect_reports "$3" &&
        [[ $(read_gtest_log "$3") == "pass $2"$'\n'end ]]
}

judge_gtest_shard() { # LABEL LOG STATUS DEADLINE PROGRAM
    local label=$1 log=$2 status=$3 kind name reason ended='' told=$((${#failures[@]} + ${#flaky[@]})) again reported=
    # Before anything is tried again, as that may add reports.
    ! collect_reports "$log" || reported=yes
    while read -r kind name; do
        case $kind in
            pass) pass ;;
            fail)
                # Tests with parameters have names with slashes.
                again=$logs/${label// /-}-again-${name//\//-}.log
                # What follows the name (", where GetParam() = 4") is no part of it.
                if [[ ! $reported ]] && try_again passes_alone "$5" "${name%%,*}" "$again" "$4"; then
                    pass_at_last "$label $name" "$log"
                else
                    fail "$label $name" "$log" "" "[ RUN      ] ${name%%,*}"
                fi ;;
            skip) skip "$label ${name%%$'\t'*}" "${name#*$'\t'}" ;;
            crash)
                reason="crashed, status $status"
                [[ $status != 124 && $status != 137 ]] || reason="not done after $4 s"
                fail "$label $name" "$log" "$reason" "[ RUN      ] $name" ;;
            end) ended=yes ;;
        esac
    done < <(read_gtest_log "$log")
    if [[ $reported ]]; then
        fail "$label" "$log" "a sanitizer reported"
    elif [[ $((${#failures[@]} + ${#flaky[@]})) -eq $told && ($status -ne 0 || ! $ended) ]]; then
        fail "$label" "$log" "ended early or badly, status $status"
    fi
}

# The unit tests, which measure no time, are shared by as many processes as there are processors.
run_unit() { # VARIANT DIRECTORY
    local program=$2/unit_tests shard status
    local -a processes=()
    local shards deadline=$((unit_deadline * factor))
    if [[ ! -x $program ]]; then
        fail "$1 unit" /dev/null "$program is not built"
        return
    fi
    shards=$(nproc)
    for ((shard = 0; shard < shards; shard++)); do
        GTEST_TOTAL_SHARDS=$shards GTEST_SHARD_INDEX=$shard \
            run_with_deadline "$deadline" "$logs/$1-unit-$shard.log" "${launcher[@]}" "$program" --gtest_color=no &
        processes+=($!)
    done
    for ((shard = 0; shard < shards; shard++)); do
        status=0
        wait "${processes[shard]}" || status=$?
        judge_gtest_shard "$1 unit" "$logs/$1-unit-$shard.log" "$status" "$deadline" "$program"
    done
}

# Processes that carry the mark of a test in their environment.
marked() { grep -lszxF "VOLLEY_TEST_MARK=$1" /proc/[0-9]*/environ || true; }

# Processes may still be ending when the test has ended: gives them 3 s, then names and kills what is left.
left_behind() { # MARK
    local attempt left pid
    for ((attempt = 0; attempt < 30; attempt++)); do
        left=$(marked "$1")
        [[ $left ]] || return 1
        sleep 0.1
    done
    for pid in $left; do
        pid=${pid#/proc/}
        pid=${pid%/environ}
        printf '%s (%s) ' "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "$pid"
        kill -KILL "$pid"
    done 2>/dev/null
}

# Sanitizer reports get a separate name if several tests run at once.
with_reports_of() { # WHOSE COMMAND...
    local whose=$1
    shift
    ASAN_OPTIONS=${ASAN_OPTIONS:+${ASAN_OPTIONS/sanitizer-report/sanitizer-report-$whose}} \
        UBSAN_OPTIONS=${UBSAN_OPTIONS:+${UBSAN_OPTIONS/sanitizer-report/sanitizer-report-$whose}} \
        TSAN_OPTIONS=${TSAN_OPTIONS:+${TSAN_OPTIONS/sanitizer-report/sanitizer-report-$whose}} \
        "$@"
}

# One script; leaves in LOG.result, a line each: its status, "reported" if a sanitizer reported something, and what it left behind.
try_behaviour() { # VARIANT DIRECTORY SCRIPT LOG DEADLINE
    local own mark=$$-$1-$3 whose=${3##*/} status=0 left reported=
    own=$(mktemp -d)
    VOLLEY_TEST_MARK=$mark VOLLEY_DIR=$PWD/$2 TMPDIR=$own \
        with_reports_of "${whose%.sh}" run_with_deadline "$5" "$4" "${launcher[@]}" "$3" || status=$?
    rm -rf "$own"
    left=$(left_behind "$mark") || left=
    ! collect_reports "$4" "${whose%.sh}" || reported=reported
    printf '%s\n' "$status" "$reported" "$left" >"$4.result"
}

# What failed is tried again, one at a time, beside the lane, which gives way; if that is not enough, once more when the lane has ended or waits.
try_again() { # COMMAND...
    "$@" && return
    [[ $lane && ! -e $logs/lane-waits ]] && kill -0 "$lane" 2>/dev/null || return 1
    wait_for_lane
    "$@"
}
# Leaves the outcome in the array `result` of its caller. A sanitizer's report is final.
behaviour_again() { # as try_behaviour
    try_behaviour "$@"
    mapfile -t result <"$4.result"
    [[ ${result[1]} || (! ${result[2]} && (${result[0]} -eq 0 || ${result[0]} -eq 77)) ]]
}
server_again() { # as check_server
    check_server "$@"
    [[ $(cat "$logs/$1-server-$2.log.status") == @(0|77) ]]
}

# Scripts that must run alone come last. A failed one is tried again alone, and that result counts; a sanitizer's report stands.
run_behaviour() { # VARIANT DIRECTORY
    local script name log reason at_once=4
    local -a result scripts=() alone=()
    local deadline=$((behaviour_deadline * factor))
    [[ $1 == release ]] || at_once=5
    for script in client/test/behaviour/*.sh; do
        [[ -e $script ]] || continue
        [[ $1 != tsan ]] || ! grep -q '^# Not with the thread sanitizer: .' "$script" || continue
        if grep -q '^# Alone: .' "$script"; then alone+=("$script"); else scripts+=("$script"); fi
    done
    [[ $part != quick ]] || alone=()
    for script in "${scripts[@]}" "${alone[@]}"; do
        [[ ${#alone[@]} -eq 0 || $script != "${alone[0]}" ]] || at_once=1
        while [[ $(jobs -rp | wc -l) -ge $at_once ]]; do
            wait -n || true
        done
        log=$logs/$1-behaviour-$(basename "$script" .sh).log
        rm -f "${log%.log}.first.log"
        try_behaviour "$1" "$2" "$script" "$log" "$deadline" &
    done
    wait
    for script in "${scripts[@]}" "${alone[@]}"; do
        name=$(basename "$script" .sh)
        log=$logs/$1-behaviour-$name.log
        name="$1 ${name//[_-]/ }"
        mapfile -t result <"$log.result"
        if [[ ! ${result[1]} && (${result[2]} || (${result[0]} -ne 0 && ${result[0]} -ne 77)) ]]; then
            mv "$log" "${log%.log}.first.log"
            [[ ! ${result[2]} ]] || echo "left behind: ${result[2]}" >>"${log%.log}.first.log"
            printf 'again: %s\n' "$name"
            try_again behaviour_again "$1" "$2" "$script" "$log" "$deadline" || true
        fi
        if [[ ${result[2]} ]]; then
            # A script that ends early leaves behind what it started: report the cause of its end first.
            reason="left behind: ${result[2]}"
            [[ ${result[0]} -eq 0 || ${result[0]} -eq 77 ]] || reason="status ${result[0]}; $reason"
            fail "$name" "$log" "$reason"
        elif [[ ${result[1]} ]]; then
            fail "$name" "$log" "a sanitizer reported"
        elif [[ ${result[0]} -eq 0 && -e ${log%.log}.first.log ]]; then
            pass_at_last "$name" "${log%.log}.first.log"
        else
            judge "$name" "$log" "${result[0]}" "$deadline"
        fi
    done
}

# Checks one server with conform; leaves the status in a file, and sanitizer reports under its name.
check_server() { # VARIANT NAME
    local log=$logs/$1-server-$2.log status=0
    local -a variant=()
    [[ $1 == release ]] || variant=(--variant "$1")
    VOLLEY_TEST_MARK=$$-$1-server-$2 \
        with_reports_of "$2" \
        run_with_deadline "$server_deadline" "$log" "${launcher[@]}" servers/check "${variant[@]}" "$2" || status=$?
    echo "$status" >"$log.status"
}

judge_server() { # VARIANT DIRECTORY NAME
    local name="$1 server $3" log=$logs/$1-server-$3.log status row left
    status=$(cat "$log.status")
    row=$(sed -nE "s/^$3 +//p" "$log")
    # Repeats the failures at the end, because the end is shown.
    # shellcheck disable=SC2016
    sed -n -e p -e '/^FAIL/,/^     received/H' -e '${g;p}' "$2/servers/.conform/$3.log" >>"$log" 2>/dev/null || true
    if left=$(left_behind "$$-$1-server-$3"); then
        fail "$name" "$log" "left behind: $left"
    elif collect_reports "$log" "$3"; then
        fail "$name" "$log" "a sanitizer reported"
    elif [[ $status -eq 77 ]]; then
        skip "$name" "${row#skipped: }"
    elif [[ $status -eq 0 && -e ${log%.log}.first.log ]]; then
        pass_at_last "$name" "${log%.log}.first.log"
    elif [[ $status -eq 1 ]]; then
        fail "$name" "$log" "${row##*  }"
    else
        judge "$name" "$log" "$status" "$server_deadline"
    fi
}

# Conform mostly waits, so several run at once. Limits in milliseconds usually hold even so, but not always: a failed server is tried again
# alone, and that result counts.
run_servers() { # VARIANT DIRECTORY
    local name status log at_once=$servers_at_once
    [[ $1 == release ]] || at_once=5
    rm -f "$logs/$1"-server-*.first.log
    local -a variant=() names
    [[ $1 == release ]] || variant=(--variant "$1")
    mapfile -t names < <(servers/check "${variant[@]}" --list)
    [[ ${#names[@]} -gt 0 ]] || fail "$1 servers" /dev/null "there are none"
    for name in "${names[@]}"; do
        while [[ $(jobs -rp | wc -l) -ge $at_once ]]; do
            wait -n || true
        done
        check_server "$1" "$name" &
    done
    wait
    for name in "${names[@]}"; do
        log=$logs/$1-server-$name.log
        status=$(cat "$log.status")
        if [[ $status != 0 && $status != 77 ]]; then
            cp "$log" "${log%.log}.first.log"
            cat "$2/servers/.conform/$name.log" >>"${log%.log}.first.log" 2>/dev/null || true
            printf 'again: %s server %s (%s)\n' "$1" "$name" "$(sed -nE "s/^$name .*  //p" "$logs/$1-server-$name.log")"
            try_again server_again "$1" "$name" || true
        fi
        judge_server "$1" "$2" "$name"
    done
}

run_templates() {
    local language status log
    for language in $(client/test/template.sh --list); do
        log=$logs/template-$language.log
        status=0
        run_with_deadline "$template_deadline" "$log" client/test/template.sh "$language" || status=$?
        judge "new server in $language" "$log" "$status" "$template_deadline"
    done
}

judge_bats() { # FILE LOG STATUS
    local planned=-1 seen=0 line name
    local -a lines
    mapfile -t lines <"$2"
    for line in "${lines[@]}"; do
        case $line in
            1..*) planned=${line#1..} ;;
            "ok "* | "not ok "*)
                seen=$((seen + 1))
                name=${line#*ok * }
                case $line in
                    "not ok "*) fail "$1: $name" "$2" "" "$line" ;;
                    *" # skip"*) skip "$1: ${name% # skip*}" "${name##* # skip }" ;;
                    *) pass ;;
                esac ;;
        esac
    done
    [[ $planned -eq $seen ]] || fail "$1" "$2" "$seen tests of $planned ended, status $3"
}

run_bats() { # FILE...
    local file log status
    if ! command -v bats >/dev/null; then
        skip "$part" "bats is missing: benchmark/setup.sh test"
        return
    fi
    for file in "$@"; do
        [[ -e $file ]] || continue
        log=$logs/bats-${file//\//-}.log
        status=0
        run_with_deadline "$bats_deadline" "$log" bats --tap "$file" || status=$?
        judge_bats "$file" "$log" "$status"
    done
}

run_lint() { # [CHECK...]
    local check status
    local -a checks=("$@")
    [[ $# -gt 0 ]] || read -r -d "" -a checks < <(client/test/lint.sh --list) || true
    for check in "${checks[@]}"; do
        status=0
        run_with_deadline "$lint_deadline" "$logs/lint-$check.log" client/test/lint.sh "$check" || status=$?
        judge "lint $check" "$logs/lint-$check.log" "$status" "$lint_deadline"
    done
}

run_floors() {
    local status=0
    run_with_deadline "$lint_deadline" "$logs/floors.log" client/test/floors.sh || status=$?
    judge floors "$logs/floors.log" "$status" "$lint_deadline"
}

# As many at a time as there are processors: each has its share of the time, whatever runs beside it.
run_fuzz() {
    local name log targets
    targets=$(client/test/fuzz.sh --list)
    [[ $targets ]] || fail fuzz /dev/null "no targets in client/test/fuzz"
    for name in $targets; do
        while [[ $(jobs -rp | wc -l) -ge $(nproc) ]]; do
            wait -n || true
        done
        log=$logs/fuzz-$name.log
        {
            status=0
            run_with_deadline "$fuzz_deadline" "$log" client/test/fuzz.sh "$name" || status=$?
            echo "$status" >"$log.status"
        } &
    done
    wait
    for name in $targets; do
        log=$logs/fuzz-$name.log
        judge "fuzz $name" "$log" "$(cat "$log.status")" "$fuzz_deadline"
    done
}

# Its output is for the user at the terminal, so it is not in a log.
run_build() { # NAME TARGET
    local status=0
    "${gently[@]}" make --no-print-directory "${VOLLEY_TEST_JOBS:--j$(nproc)}" "$2" >&2 </dev/null || status=$?
    [[ $status -eq 0 ]] || fail "$1" /dev/null "status $status; what make said stands above"
}
# The programs of asan and tsan may be built beside this.
wait_for_build() {
    while [[ $lane && " ${beside[*]} " == *" sanitized "* && ! -e $logs/built-sanitized ]] && kill -0 "$lane" 2>/dev/null; do sleep 0.2; done
}

run_part() {
    local directory=target
    case $1 in
        asan | tsan) directory=target/$1; use_sanitizers "$1" ;;
        *) use_sanitizers release ;;
    esac
    case $1 in
        build) run_build build build-for-tests ;;
        sanitized) run_build sanitized build-sanitized-for-tests; touch "$logs/built-sanitized" ;;
        release) run_unit "$1" "$directory"; run_behaviour "$1" "$directory" ;;
        asan | tsan) wait_for_build; run_unit "$1" "$directory"; run_behaviour "$1" "$directory"; run_servers "$1" "$directory" ;;
        servers) run_servers release "$directory"; run_templates ;;
        unit) run_unit release "$directory" ;;
        behaviour | quick) run_behaviour release "$directory" ;;
        changed) VOLLEY_LINT_CHANGED=yes run_lint layout shell gcc-warnings; run_floors ;;
        bats) run_bats benchmark/*.bats servers/*.bats client/test/*.bats ;;
        plots) run_bats plot/*.bats ;;
        lint) run_lint ;;
        floors) run_floors ;;
        fuzz) run_fuzz ;;
        *) echo "run_all.sh: no part \"$1\"; see the head of $0" >&2; exit 2 ;;
    esac
}

run_timed() { # PART
    local begun=$SECONDS before=$((passed + ${#failures[@]} + ${#skips[@]}))
    part=$1
    run_part "$part"
    times+=("$(printf '%-9s %4d tests, %4d s' "$part" $((passed + ${#failures[@]} + ${#skips[@]} - before)) $((SECONDS - begun)))")
    printf '%s\n' "${times[-1]}"
}

# A separate process, whose counts are added at the end. It is no background job of this shell, so that a plain `wait` does not wait for it.
run_lane() { # PART...
    set +m
    export VOLLEY_TEST_MARK=$lane_mark
    # The others have the time limits, so this gives way to them.
    renice -n 10 -p "$BASHPID" >/dev/null
    passed=0 failures=() skips=() flaky=() times=()
    for part in "$@"; do
        gently=()
        if [[ $part == bats ]]; then
            # It measures, too, so it can wait but not be starved.
            touch "$logs/lane-waits"
            while [[ ! -e $logs/quiet-is-over ]]; do sleep 0.2; done
            rm "$logs/lane-waits"
        elif [[ ! -e $logs/quiet-is-over ]] && chrt --idle 0 true 2>/dev/null; then
            gently=(chrt --idle 0)
        fi
        run_timed "$part"
    done
    declare -p passed failures skips flaky times | sed -E 's/^declare -[-a] /lane_/' >"$logs/lane.new"
    mv "$logs/lane.new" "$logs/lane"
}
start_lane() { # PART...
    rm -f "$logs"/{lane,lane-waits,quiet-is-over,built-sanitized}
    set -m
    run_lane "$@" &
    lane=$!
    set +m
    disown "$lane"
    trap end_lane EXIT
}
# Also when this is interrupted. Each command with a deadline has its own process group, so they are found by their mark.
end_lane() {
    local environment
    kill -KILL -- "-$lane" 2>/dev/null || true
    for environment in $(marked "$lane_mark"); do
        environment=${environment#/proc/}
        kill "${environment%/environ}" 2>/dev/null || true
    done
}
wait_for_lane() {
    while [[ $lane && ! -e $logs/lane-waits ]] && kill -0 "$lane" 2>/dev/null; do sleep 0.2; done
}
add_lane() { # PART...
    local lane_passed=0
    local -a lane_failures=() lane_skips=() lane_flaky=() lane_times=()
    while kill -0 "$lane" 2>/dev/null; do sleep 0.2; done
    if [[ ! -e $logs/lane ]]; then
        fail "$*" /dev/null "ended early"
        return
    fi
    # shellcheck source=/dev/null
    source "$logs/lane"
    passed=$((passed + lane_passed))
    failures+=("${lane_failures[@]}")
    skips+=("${lane_skips[@]}")
    flaky+=("${lane_flaky[@]}")
    times+=("${lane_times[@]}")
}

parts=("$@")
[[ $# -gt 0 ]] || parts=(release servers bats plots lint floors)
mkdir -p "$logs"
rm -f "$logs"/sanitizer-report*
times=()
gently=()
lane=
lane_mark=$$-lane
# The parts that need a processor but no quiet machine run beside the others.
beside=()
if [[ " ${parts[*]} " == *" asan "* || " ${parts[*]} " == *" tsan "* ]]; then
    for part in "${parts[@]}"; do
        [[ $part != @(sanitized|bats|plots|lint|floors|fuzz) ]] || beside+=("$part")
    done
fi
for part in "${parts[@]}"; do
    [[ " ${beside[*]} " != *" $part "* ]] || continue
    if [[ $part != build && ! $lane && ${#beside[@]} -gt 0 ]]; then
        start_lane "${beside[@]}"
    fi
    # These look at the code and not at time limits.
    [[ $part != @(asan|tsan) || ! $lane ]] || touch "$logs/quiet-is-over"
    run_timed "$part"
    # Without programs every test fails, which says less than the compiler's messages.
    [[ $part != build || ${#failures[@]} -eq 0 ]] || break
done
[[ ! $lane ]] || touch "$logs/quiet-is-over"
[[ ! $lane ]] || add_lane "${beside[@]}"
echo "time by part:"
printf '  %s\n' "${times[@]}" "$(printf '%-9s             %4d s' all "$SECONDS")"
for line in "${skips[@]}"; do printf 'skipped: %s\n' "$line"; done
for line in "${failures[@]}"; do printf 'failed: %s\n' "$line"; done
for line in "${flaky[@]}"; do printf 'flaky: %s\n' "$line"; done
[[ ${#flaky[@]} -eq 0 ]] || echo "${#flaky[@]} flaky"
[[ ${#failures[@]} -eq 0 ]] || echo "what they printed is in target/test-logs/"
printf '%d passed, %d failed, %d skipped\n' "$passed" "${#failures[@]}" "${#skips[@]}"
[[ ${#failures[@]} -eq 0 ]]
