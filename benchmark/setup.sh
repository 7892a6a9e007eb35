#!/usr/bin/env bash
# Finds what volley needs and this machine lacks, lists it, and installs it with apt-get.
#
# Looks at files and commands only, so a call with nothing to do costs milliseconds. Only languages' tools are
# run, for their version. Never removes anything, and installs nothing that is already there in a suitable form, whatever its origin. Without apt-get it
# prints what is missing with the versions that volley was tested with, and fails.
set -euo pipefail

# A descriptor of 0 to 2 that the caller closed would go to the next file opened. /dev/null takes its place; writing to standard output still fails.
for open in '0<' '1<' '2>'; do
    [[ -e /dev/fd/${open%?} && ! /dev/fd/${open%?} -ef ${BASH_SOURCE[0]} ]] || eval "exec $open/dev/null"
done

usage() {
    cat <<'TEXT'
usage: setup.sh [client] [servers] [test] [lint] [fuzz] [bench] [plot] [LANGUAGE]... [all]     (default: client servers)

Installs what these parts need and this machine lacks. It uses apt-get, as root or through sudo, and removes nothing.

servers           what the servers in C and C++ need
plot              R with ggplot2
LANGUAGE          the toolchain of the servers in that language
all               all of these; what this distribution lacks is reported and left out
--languages       print the languages and exit

Environment:
VOLLEY_SETUP=no   install nothing; print the command that would install it, and fail
CXX               C++ compiler to use instead of g++
TEXT
}

# What is needed: parts | how it is recognised | packages, "a/b" where b serves if a is not available | name and version tested.
# An installed Boost decides its own packages: see need_boost.
needs='
client cpp        | compiler                                    | g++                    | g++ 12.2 (any compiler for C++20)
client            | command make                                | make                   | GNU make 4.3
client cpp        | boost                                       |                        | Boost 1.81 (1.74 or newer), with program_options
client            | header numa.h library numa                  | libnuma-dev            | libnuma 2.0.16, with headers
client            | header nlohmann/json.hpp                    | nlohmann-json3-dev     | nlohmann/json 3.11.2
servers c         | command gcc                                 | gcc                    | gcc 12.2
servers c         | header stdio.h                              | libc6-dev              | C library with headers
servers c cpp     | header liburing.h library uring             | liburing-dev           | liburing 2.3, with headers
servers c cpp     | command pkg-config                          | pkgconf/pkg-config     | pkg-config of pkgconf 1.8 (asked for the version of liburing)
rust              | command cargo:1.85                          | cargo-web/cargo        | cargo 1.96 (1.85 or newer)
rust              | command rustc:1.85                          | rustc-web/rustc        | rustc 1.96 (1.85 or newer)
go                | command go:1.19                             | golang-go              | Go 1.19
java              | command javac:17 command java:17            | default-jdk-headless   | a JDK, 17
java              | command mvn                                 | maven                  | Maven 3.8
node test         | command node:18                             | nodejs                 | Node.js 18
python            | command python3:3.8                         | python3                | Python 3.11
python            | module python3:ensurepip module python3:venv | python3-venv          | the venv of Python 3.11
python            | command pip3                                | python3-pip            | pip 23.0
erlang            | command erl command erlc                    | erlang-base            | Erlang/OTP 25
haskell           | command ghc:9.0                             | ghc                    | GHC 9.0.2
haskell           | module ghc:network                          | libghc-network-dev     | the package network 3.1 of GHC
ocaml             | command ocamlopt:4.13                       | ocaml-nox              | OCaml 4.13
ocaml             | command ocamlfind                           | ocaml-findlib          | ocamlfind 1.9
ruby              | command ruby:3.0                            | ruby                   | Ruby 3.1
php               | command php:8.0                             | php-cli                | PHP 8.2
perl              | module perl:IO::Select                      | perl                   | Perl 5.36 with its core modules
lua               | command lua5.4                              | lua5.4                 | Lua 5.4
lua               | module lua5.4:luv                           | lua-luv                | luv 1.44 for Lua 5.4
nim               | command nim:1.6                             | nim                    | Nim 1.6
d                 | command ldc2                                | ldc                    | LDC 1.30
csharp            | command mcs                                 | mono-mcs               | C# compiler of Mono 6.8
csharp            | command mono                                | mono-runtime           | Mono 6.8
rdma              | file /usr/lib/*/rsocket/librspreload.so     | librdmacm1             | librdmacm 44 with librspreload
rdma              | file /usr/lib/*/libibverbs/*.so             | ibverbs-providers      | the providers of libibverbs 44
plot test         | command Rscript                             | r-base-core            | R 4.2
plot test         | module R:ggplot2                            | r-cran-ggplot2         | ggplot2 3.4 for R
plot test         | module R:svglite                            | r-cran-svglite         | svglite 2.1 for R
test              | module R:testthat                           | r-cran-testthat        | testthat 3.1 for R
test lint bench   | header gtest/gtest.h library gtest          | libgtest-dev           | GoogleTest 1.12.1
test              | command bats                                | bats                   | bats 1.8.2
test              | command chromium                            | chromium               | Chromium 156 (the report is opened in it)
test              | command numactl                             | numactl                | numactl 2.0.16
test              | command xz                                  | xz-utils               | xz 5.4
test              | command ip                                  | iproute2               | iproute2 6.1
test              | command man                                 | man-db                 | man-db 2.11 (reads the man pages that make install makes)
test              | command mandoc                              | mandoc                 | mandoc 1.14 (lints them)
test              | command ps                                  | procps                 | procps 4.0.2
test              | command setsid command taskset              | util-linux             | util-linux 2.38.1
test lint         | command shellcheck                          | shellcheck             | shellcheck 0.9.0
test lint         | command clang-format                        | clang-format           | clang-format 14
test lint fuzz    | command clang++                             | clang                  | clang 14.0
test fuzz         | runtime libclang_rt.fuzzer                  | libclang-rt-dev/libclang-rt-14-dev | libFuzzer of clang 14
test              | command mold                                | mold                   | mold 1.10
test lint bench   | header benchmark/benchmark.h library benchmark | libbenchmark-dev    | Google Benchmark 1.7.1
bench             | command sockperf                            | sockperf               | sockperf 3.7
bench             | command socat                               | socat                  | socat 1.7
bench             | command strace                              | strace                 | strace 6.1
bench             | command jq                                  | jq                     | jq 1.6
'
languages='c cpp rust go java node python erlang haskell ocaml ruby php perl lua nim d csharp rdma'
oldest_boost=107400     # 1.74: the oldest whose Asio compiles as C++20 without deprecated parts
oldest_gcc=12           # older ones are tried on a few lines of C++20
days_until_lists_are_old=7

# The tests set this to a directory, to see what would be done to such a machine.
root=${VOLLEY_SETUP_ROOT:-}

# As in say.bash, which cannot be found without readlink and dirname: a bare machine may lack them.
say() {
    local text=$*
    # Escapes what a terminal would interpret: the words come from outside.
    [[ $text != *[[:cntrl:]]* ]] || printf -v text %q "$text"
    printf 'setup: %s\n' "$text" >&2
}
fail() { say "$*"; exit 1; }

first_existing() {
    local candidate
    for candidate in "$@"; do
        [[ -e $candidate ]] && printf '%s' "$candidate" && return
    done
    return 1
}

find_header() {
    local -a more
    IFS=: read -ra more <<<"${CPLUS_INCLUDE_PATH:-}:${CPATH:-}"
    first_existing "${more[@]/%//$1}" "$root/usr/local/include/$1" "$root/usr/include/$1" "$root"/usr/include/*-linux-*/"$1"
}

have_library() {
    local -a more
    IFS=: read -ra more <<<"${LIBRARY_PATH:-}"
    first_existing "${more[@]/%//lib$1.so}" "$root"/usr/local/lib{,64}/lib"$1".{so,a} "$root"/usr/lib{,64}/lib"$1".{so,a} \
        "$root"/usr/lib/*-linux-*/lib"$1".{so,a} >/dev/null
}

have_compiler() {
    local compiler=${CXX:-g++} major
    command -v "${compiler%% *}" >/dev/null || return 1
    # CXX may carry options, hence unquoted.
    # shellcheck disable=SC2086
    major=$($compiler -dumpversion)
    [[ ${major%%.*} -ge $oldest_gcc ]] && return
    # shellcheck disable=SC2086
    $compiler -std=c++20 -fsyntax-only -x c++ - 2>/dev/null <<<$'#include <concepts>\n#include <source_location>\n#include <span>' ||
        fail "$compiler is version $major and does not support C++20: install g++-$oldest_gcc or newer, and set CXX=g++-$oldest_gcc"
}

# The packages that provide Boost, or nothing if a complete 1.74 or newer is installed. Debian's -dev packages of different versions
# conflict, so an incomplete Boost is completed rather than replaced.
need_boost() {
    local header word value version=0
    if ! header=$(find_header boost/version.hpp); then
        printf 'libboost1.81-dev/libboost-dev libboost-program-options1.81-dev/libboost-program-options-dev'
        return
    fi
    while read -r _ word value; do
        if [[ $word == BOOST_VERSION && $value =~ ^[0-9]+$ ]]; then
            version=$value
            break
        fi
    done <"$header"
    [[ $version -ge $oldest_boost ]] ||
        fail "the Boost in ${header%/boost/version.hpp} is $((version / 100000)).$((version / 100 % 1000)), but 1.74 or newer is needed: replace it yourself (setup removes nothing)"
    have_library boost_program_options ||
        printf 'libboost-program-options%d.%d-dev' $((version / 100000)) $((version / 100 % 1000))
}

# Does the command exist, and is its version (the first dotted number that it prints) at least MINIMUM?
have_command() { # NAME[:MINIMUM]
    local name=${1%%:*} minimum=${1#"${1%%:*}"} text i
    local -a found wanted
    command -v "$name" >/dev/null || return 1
    [[ $minimum ]] || return 0
    text=$("$name" --version 2>&1 </dev/null || "$name" version 2>&1 </dev/null) || return 1
    [[ $text =~ [0-9]+(\.[0-9]+)+ ]] || return 1
    IFS=. read -ra found <<<"${BASH_REMATCH[0]}"
    IFS=. read -ra wanted <<<"${minimum#:}"
    for ((i = 0; i < ${#wanted[@]}; i++)); do
        ((10#${found[i]:-0} == 10#${wanted[i]})) || break
    done
    ((i == ${#wanted[@]} || 10#${found[i]:-0} > 10#${wanted[i]:-0}))
}

have_module() { # INTERPRETER:MODULE
    local interpreter=${1%%:*} module=${1#*:}
    command -v "$interpreter" >/dev/null || return 1
    case $interpreter in
        python3) python3 -c "import $module" ;;
        perl) perl "-M$module" -e 1 ;;
        lua*) "$interpreter" -e "require '$module'" ;;
        ghc) [[ $(ghc-pkg list --simple-output "$module") ]] ;;
        # Looks for the package without loading it, which would take a second.
        R) [[ $(Rscript -e "cat(system.file(package = '$module'))") ]] ;;
    esac >/dev/null 2>&1 </dev/null
}

# Succeeds if everything that the check names ("command make", "header numa.h library numa") is there.
is_there() {
    local -a words
    local i
    read -ra words <<<"$1"
    for ((i = 0; i < ${#words[@]}; i += 2)); do
        case ${words[i]} in
            compiler) have_compiler || return 1 ;;
            command) have_command "${words[i + 1]}" || return 1 ;;
            module) have_module "${words[i + 1]}" || return 1 ;;
            file) compgen -G "$root${words[i + 1]}" >/dev/null || return 1 ;;
            header) find_header "${words[i + 1]}" >/dev/null || return 1 ;;
            library) have_library "${words[i + 1]}" || return 1 ;;
            runtime) first_existing "$root"/usr/lib/{llvm-*/lib/,}clang/*/lib/*/"${words[i + 1]}"* >/dev/null || return 1 ;;
        esac
    done
}

# Sets missing_packages and missing_names to what the parts lack.
find_missing() {
    local parts check packages name part wanted
    missing_packages=()
    missing_names=()
    while IFS='|' read -r parts check packages name; do
        wanted=
        for part in "$@"; do
            [[ " $parts " == *" $part "* ]] && wanted=yes
        done
        [[ $wanted ]] || continue
        read -r check <<<"$check"
        if [[ $check == boost ]]; then
            packages=$(need_boost)
            [[ $packages ]] || continue
        elif is_there "$check"; then
            continue
        fi
        read -r name <<<"$name"
        local -a several
        read -ra several <<<"$packages"
        missing_packages+=("${several[@]}")
        missing_names+=("$name")
    done <<<"$needs"
}

is_known() { apt-cache show "$1" >/dev/null 2>&1; }

# For each "a/b" the first package that apt knows. If it knows none: the first of all, so that apt's own message names it. Part "all" leaves
# it out instead, because then only the servers of one language are lost.
choose_packages() {
    local alternatives candidate chosen
    packages=()
    for alternatives in "${missing_packages[@]}"; do
        chosen=${alternatives%%/*}
        if [[ $alternatives == */* ]]; then
            for candidate in ${alternatives//\// }; do
                if is_known "$candidate"; then
                    chosen=$candidate
                    break
                fi
            done
        fi
        [[ $tolerant ]] && ! is_known "$chosen" && continue
        packages+=("$chosen")
    done
}

lists_are_fresh() {
    local lists=$root/var/lib/apt/lists
    compgen -G "$lists/*_Packages*" >/dev/null &&
        [[ $(find "$lists" "$lists/partial" -maxdepth 0 -mtime "-$days_until_lists_are_old" 2>/dev/null) ]]
}

# Runs apt-get quietly, and leaves its first error in apt_error. Waits for another apt-get that holds the lock.
apt() {
    local output
    output=$("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@" 2>&1 </dev/null) && return
    apt_error=$(grep -m 1 '^E: ' <<<"$output" || tail -n 1 <<<"$output")
    return 1
}

install_with_apt() {
    local -a options=(install --no-remove --no-install-recommends -y)
    as_root=()
    [[ $(id -u) == 0 ]] || as_root=(sudo)
    local update=
    lists_are_fresh || update=yes

    choose_packages
    [[ ${#packages[@]} -gt 0 || $update ]] || return 0
    if [[ ${VOLLEY_SETUP:-} == no ]]; then
        [[ $update ]] && printf '%s && ' "${as_root[*]}${as_root:+ }apt-get update"
        printf '%s\n' "${as_root[*]}${as_root:+ }apt-get ${options[*]} ${packages[*]}"
        exit 1
    fi
    if [[ ${as_root:-} ]] && ! command -v sudo >/dev/null; then
        fail "packages are missing: ${packages[*]}; there is no sudo, so run as root: apt-get ${options[*]} ${packages[*]}"
    fi
    if [[ $update ]]; then
        say "updating the package lists"
        apt update || fail "apt-get update failed: $apt_error"
        choose_packages
    fi
    say "installing ${packages[*]} (VOLLEY_SETUP=no shows the command instead)"
    apt "${options[@]}" "${packages[@]}" && return
    # Outdated package lists name versions that are gone: update them and try once more.
    if [[ ! $update ]] && apt update; then
        choose_packages
        apt "${options[@]}" "${packages[@]}" && return
    fi
    fail "apt-get install failed: $apt_error; nothing was removed; VOLLEY_SETUP=no shows the command"
}

main() {
    local part
    local -a wanted=("$@")
    tolerant=
    [[ $# -gt 0 ]] || wanted=(client servers)
    for part in "${wanted[@]}"; do
        case $part in
            -h | --help) usage; exit ;;
            --languages) printf '%s\n' "$languages"; exit ;;
            client | servers | test | lint | fuzz | bench | plot) ;;
            all)
                tolerant=yes
                # The words are separate parts.
                # shellcheck disable=SC2206
                wanted+=($languages) ;;
            *)
                if [[ " $languages " != *" $part "* ]]; then
                    say "unknown part \"$part\": client, servers, test, lint, fuzz, bench, plot, all, or a language: $languages"
                    exit 2
                fi ;;
        esac
    done

    find_missing "${wanted[@]}"
    [[ ${#missing_packages[@]} -gt 0 ]] || exit 0
    if ! command -v apt-get >/dev/null; then
        say "these are missing, and this machine has no apt-get; install them in another way (versions are those tested):"
        printf '  %s\n' "${missing_names[@]}" >&2
        exit 1
    fi
    install_with_apt
    find_missing "${wanted[@]}"
    [[ ${#missing_packages[@]} -gt 0 ]] || exit 0
    printf -v part '%s, ' "${missing_names[@]}"
    [[ $tolerant ]] || fail "installed, but still not found: ${part%, }"
    say "not available here: ${part%, }; the servers that need it are skipped"
}

main "$@"
