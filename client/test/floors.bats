#!/usr/bin/env bats
# Each rule of the floor check catches what breaks it, at the right line, and leaves the rest alone.

setup() {
    house=$BATS_TEST_TMPDIR
    mkdir -p "$house"/client/{base,clock,host,stats,load,transport,run,options,report,conform,test}
    file base/units.hh '// Durations.'
}

file() { # PATH LINE...
    local path=$house/client/$1
    shift
    printf '%s\n' "$@" >"$path"
}

floors() { run "$BATS_TEST_DIRNAME/floors.sh" "$house"; }

lines_of() { # COUNT PREFIX
    local i
    for ((i = 0; i < $1; i++)); do
        echo "$2"
    done
}

@test "a house in order passes" {
    file stats/mean.cc '#include "stats/mean.hh"' '#include <cmath>' '#include "base/units.hh"' '#include <boost/asio.hpp>'
    file report/json.cc '#include "options/options.hh"' '#include "run/result.hh"'
    file main.cc '#include "report/json.hh"' '#include "run/result.hh"'
    floors
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "an include of a higher floor is found with file and line" {
    file stats/mean.cc '#include "stats/mean.hh"' '' '  #  include "run/result.hh"'
    floors
    [ "$status" -eq 1 ]
    [ "$output" = "client/stats/mean.cc:3: stats (F1) includes run/result.hh (F3)" ]
}

@test "an include of a sibling on the same floor is found" {
    file transport/tcp.hh '#include "load/closed_loop.hh"'
    floors
    [ "$status" -eq 1 ]
    [[ $output == "client/transport/tcp.hh:1: transport (F2) includes load/closed_loop.hh (F2)" ]]
}

@test "tests obey the floors too" {
    file stats/mean_test.cc '#include "run/result.hh"'
    floors
    [ "$status" -eq 1 ]
}

@test "what tests the others may include anything" {
    file test/fake_server.cc '#include "run/result.hh"' '#include "conform/check.hh"'
    floors
    [ "$status" -eq 0 ]
}

@test "main may not include another program" {
    file main.cc '#include "conform/check.hh"'
    floors
    [ "$status" -eq 1 ]
}

@test "an include without its directory is found" {
    file stats/mean.cc '#include "mean.hh"'
    floors
    [ "$status" -eq 1 ]
    [[ $output == 'client/stats/mean.cc:1: includes "mean.hh": paths begin at client/' ]]
}

@test "a directory on no floor is found, whether it is included or includes" {
    mkdir "$house/client/utils"
    file utils/strings.hh '#include "base/units.hh"'
    file stats/mean.cc '#include "utils/strings.hh"'
    floors
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ $output == *"client/utils is on no floor"* ]]
    [[ $output == *"client/stats/mean.cc:1: includes utils/strings.hh, which is on no floor"* ]]
}

@test "the clock is read in one place, and comments do not count" {
    file clock/clock.cc 'auto now = std::chrono::steady_clock::now();'
    file stats/mean_test.cc 'auto now = std::chrono::steady_clock::now();'
    file conform/check.cc 'clock_gettime(CLOCK_MONOTONIC, &t);'
    file run/worker.cc '// clock_gettime is too dear here' 'clock_gettime(CLOCK_MONOTONIC, &t);' 'a = steady_clock::now();'
    floors
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[0]} == "client/run/worker.cc:2: reads the clock outside client/clock/" ]]
    [[ ${lines[1]} == "client/run/worker.cc:3: "* ]]
}

@test "addresses are named in one place, and neither comments nor texts for people count" {
    mkdir "$house"/client/{options,sweep,plan} 2>/dev/null || true
    file transport/tcp_endpoint.cc 'sockaddr_in6 name{};' 'std::uint16_t port = 9000;'
    file options/options.hh 'std::optional<std::uint16_t> port;'
    file sweep/lock.cc 'const sockaddr* generic;'
    file run/run_test.cc 'int port = 0;  // of a listener'
    file run/run.cc '// A port that TCP has.' 'fail("start it by hand with -p PORT, a \"port\"", important, report, support);'
    floors
    echo "$output"
    [ "$status" -eq 0 ]
    file run/run.cc 'const int port = 1;' 'sockaddr_storage a;' '::socket(AF_INET, 0, 0);' 'n = local_ports();' 'speaks("tcp")' 'TcpEndpoint e;' 'host();'
    floors
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 6 ]
    [ "${lines[0]}" = "client/run/run.cc:1: names TCP, a port or a socket address outside client/transport/" ]
    for line in 2 3 4 5 6; do
        [[ ${lines[line - 1]} == "client/run/run.cc:$line: names TCP, "* ]]
    done
    file sweep/locked.cc 'const sockaddr* generic;'
    floors
    [ "${#lines[@]}" -eq 7 ]
}

@test "a macro is found" {
    file stats/mean.hh '#pragma once' '#define SQUARE(x) ((x) * (x))'
    floors
    [ "$status" -eq 1 ]
    [[ $output == "client/stats/mean.hh:2: defines a macro" ]]
}

@test "a note of unfinished work is found, in scripts too" {
    mkdir "$house/benchmark"
    echo "# TO""DO: say more" >"$house/benchmark/run.sh"
    file stats/mean.cc 'int x;  // FIX''ME'
    floors
    [ "$status" -eq 1 ]
    [[ $output == *"benchmark/run.sh:1:"* ]]
    [[ $output == *"client/stats/mean.cc:1:"* ]]
}

@test "a long file is noted, a much longer one breaks the rule" {
    lines_of 320 '// text' >"$house/client/stats/mean.cc"
    floors
    [ "$status" -eq 0 ]
    [ "$output" = "client/stats/mean.cc:1: note: file of 320 lines, about 300 is the limit" ]
    lines_of 331 '// text' >"$house/client/stats/mean.cc"
    floors
    [ "$status" -eq 1 ]
    [ "$output" = "client/stats/mean.cc:1: file of 331 lines, about 300 is the limit" ]
}

@test "a long function is found where it begins, at file level and in a class" {
    {
        echo '#include <vector>'
        echo 'int short_one() {'
        lines_of 40 '    f();'
        printf '}\n\n'
        printf 'int long_one(int a,\n             int b) {\n'
        lines_of 78 '    f();'
        echo '}'
    } >"$house/client/stats/free.cc"
    {
        printf 'class A {\n  public:\n    int x =\n        0;\n    void short_one() {\n'
        lines_of 40 '        f();'
        printf '    }\n    void long_one() {\n'
        lines_of 78 '        f();'
        printf '    }\n};\n'
    } >"$house/client/stats/member.hh"
    floors
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 2 ]
    [ "${lines[0]}" = "client/stats/free.cc:45: function of 81 lines, about 70 is the limit" ]
    [ "${lines[1]}" = "client/stats/member.hh:47: function of 80 lines, about 70 is the limit" ]
}

@test "a long table or class is no function" {
    {
        echo 'constexpr std::array<int, 99> table{{'
        lines_of 99 '    {1},'
        printf '}};\n\nclass A {\n'
        lines_of 99 '    int x;'
        printf '};\n\nint f() {\n    return 1;\n}\n'
    } >"$house/client/stats/table.cc"
    floors
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "no sources at all is an error, not a pass" {
    rm -r "$house/client"
    floors
    [ "$status" -ne 0 ]
}
