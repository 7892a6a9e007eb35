#!/usr/bin/env bash
# The floor check: reads the sources as text and prints, with file and line, each violation of a rule of the project.
#
#   floors      a file includes only its own directory and the floors below it, by a path from client/
#   clock       the clock is read in client/clock/ only (tests, benchmarks and the conformance program aside)
#   addresses   TCP, ports and socket addresses are named in client/transport/ only; others have an Endpoint. Tests, benchmarks and the
#               conformance program aside, and what stands below under "own_sockets"
#   macros      none are defined
#   unfinished  no notes of things still to be done
#   length      files of about 300 lines, functions of about 70: longer is noted, a tenth longer breaks the rule
#
# usage: floors.sh [ROOT]      status 0: all rules hold
# It reads text and does not parse C++: a comment ends with its line, and a function is recognised by clang-format's layout.
set -euo pipefail

root=${1:-$(dirname "${BASH_SOURCE[0]}")/../..}
cd "$root"

# The floor of each directory in client/; "main" is client/main.cc. Directories that test or measure the others may include anything.
floors='base=0 clock=1 host=1 stats=1 transport=2 load=2 process=2 run=3 options=4 plan=4 report=4 conform=5 compare=5 sweep=5 main=5 test=9 bench=9'
# Files outside of transport/ that may name ports or sockets: options/ turns the user's --host and --port into an Endpoint; a lock and a
# watcher are sockets that carry no challenge.
own_sockets='client/options/ client/sweep/lock.cc client/process/watcher.cc'
# Directories on this floor may include one another.
sociable=4

mapfile -d '' sources < <(find client -type f \( -name '*.cc' -o -name '*.hh' \) -print0 | sort -z)
[[ ${#sources[@]} -gt 0 ]] || { echo "floors.sh: no sources under $PWD/client" >&2; exit 2; }

awk -v floors="$floors" -v own_sockets="$own_sockets" -v sociable="$sociable" -v file_limit=300 -v function_limit=70 -v tolerance=1.1 '
function violation(line, text) { printf "%s:%d: %s\n", file, line, text; violations++ }
function may_name_addresses(name,    i) {
    for (i = 1; i <= own_count; i++) if (index(name, own[i]) == 1) return 1
    return name ~ /_test\.cc$|_for_[a-z_]*tests\.hh$/ || directory ~ /^(transport|test|bench|conform)$/
}
# Messages and option names may say "port"; a transport is named by its Endpoint.
function names_address(code,    bare) {
    bare = tolower(code)
    if (bare ~ /(^|[^a-z])tcp/) return 1
    gsub(/"([^"\\]|\\.)*"/, "", bare)
    return bare ~ /(^|[^a-z])ports?([^a-z]|$)|sockaddr|in6?_addr|[ap]f_(inet|unix|local)|htons|ntohs|ipproto_|getaddrinfo/
}
function limit(line, what, lines, most) {
    if (lines > most * tolerance) violation(line, what " of " lines " lines, about " most " is the limit")
    else if (lines > most) printf "%s:%d: note: %s of %d lines, about %d is the limit\n", file, line, what, lines, most
}
function end_of_file() { if (length_of_file) limit(1, "file", length_of_file, file_limit) }
function check_include(text,    parts, target) {
    if (split(text, parts, "/") < 2) { violation(FNR, "includes \"" text "\": paths begin at client/"); return }
    target = parts[1]
    if (!(target in floor)) { violation(FNR, "includes " text ", which is on no floor"); return }
    if (target == directory || floor[target] < floor[directory]) return
    if (floor[target] == floor[directory] && floor[target] == sociable) return
    violation(FNR, directory " (F" floor[directory] ") includes " text " (F" floor[target] ")")
}
BEGIN {
    count = split(floors, pairs, " ")
    for (i = 1; i <= count; i++) { split(pairs[i], pair, "="); floor[pair[1]] = pair[2] + 0 }
    own_count = split(own_sockets, own, " ")
}
FNR == 1 {
    end_of_file(); file = FILENAME
    depth = split(FILENAME, parts, "/")
    directory = depth == 2 ? "main" : parts[2]
    known = directory in floor
    if (!known) violation(1, "client/" directory " is on no floor: name it in client/test/floors.sh")
    times = FILENAME ~ /_test\.cc$/ || directory ~ /^(clock|test|bench|conform)$/
    addresses = may_name_addresses(FILENAME)
    split("", begins)
}
{ length_of_file = FNR; code = $0; sub(/\/\/.*/, "", code) }
known && code ~ /^[ \t]*#[ \t]*include[ \t]*"/ { split(code, quoted, "\""); check_include(quoted[2]) }
code ~ /^[ \t]*#[ \t]*define[ \t]/ { violation(FNR, "defines a macro") }
!times && code ~ /clock_gettime|(steady_clock|system_clock|high_resolution_clock) *:: *now|__rdtscp?|_mm_lfence/ {
    violation(FNR, "reads the clock outside client/clock/")
}
!addresses && names_address(code) { violation(FNR, "names TCP, a port or a socket address outside client/transport/") }
# A function begins at the first line of a declaration at this indentation, opens at the first line that ends with a brace, and
# ends at a lone brace at the same indentation. Members of a class are indented by 4.
match(code, /[^ ]/) {
    for (i = 0; i <= 4; i += 4) {
        if (!(i in begins) || opened[i]) continue
        if (code ~ /{ *$/) opened[i] = 1
        else if (code ~ /; *$/) delete begins[i]
    }
    indentation = RSTART - 1
    if (indentation < 4) delete begins[4]
    if (indentation != 0 && indentation != 4) next
    if (code ~ /^ *} *$/) {
        if (indentation in begins) limit(begins[indentation], "function", FNR - begins[indentation] + 1, function_limit)
        delete begins[indentation]
    } else if (code ~ /^ *(#|}|namespace|public:|private:|protected:)/ || code ~ /; *$/) delete begins[indentation]
    else if (!(indentation in begins)) { begins[indentation] = FNR; opened[indentation] = code ~ /{ *$/ }
}
END { end_of_file(); exit violations > 0 }
' "${sources[@]}" && status=0 || status=1

# [O]: so that the check does not find this line.
if grep -rnIE --exclude-dir=target --exclude-dir=results -e '\b(T[O]DO|F[I]XME|X[X]X)\b' -- *; then
    echo "floors.sh: the lines above leave something unfinished" >&2
    status=1
fi
exit "$status"
