#!/usr/bin/env bats
# setup.sh on machines that do not exist: a root directory of empty headers, a PATH with nothing but what a test puts there,
# and an apt-get that writes down what it was asked and "installs" by creating files.

setup() {
    setup_sh=$BATS_TEST_DIRNAME/setup.sh
    export VOLLEY_SETUP_ROOT=$BATS_TEST_TMPDIR/machine
    unset VOLLEY_SETUP CXX CPATH CPLUS_INCLUDE_PATH LIBRARY_PATH
    commands=$BATS_TEST_TMPDIR/commands
    asked=$BATS_TEST_TMPDIR/asked
    mkdir -p "$commands" "$VOLLEY_SETUP_ROOT/usr/include" "$VOLLEY_SETUP_ROOT/usr/lib/x86_64-linux-gnu"
    mkdir -p "$VOLLEY_SETUP_ROOT/var/lib/apt/lists/partial"
    touch "$VOLLEY_SETUP_ROOT/var/lib/apt/lists/debian_main_Packages"
    for tool in bash sh env find grep tail cat mkdir touch chmod; do
        ln -s "$(command -v "$tool")" "$commands/$tool"
    done
    command_that id 'echo 0'
    have_apt
}

# The library and header directories of the machine.
include() { printf '%s' "$VOLLEY_SETUP_ROOT/usr/include"; }
library() { printf '%s' "$VOLLEY_SETUP_ROOT/usr/lib/x86_64-linux-gnu"; }

command_that() { # NAME BODY
    printf '#!%s\n%s\n' "$(command -v bash)" "$2" >"$commands/$1"
    chmod +x "$commands/$1"
}

# An apt-get that knows every package but those in $unknown_packages.
have_apt() {
    unknown_packages=$BATS_TEST_TMPDIR/unknown
    touch "$unknown_packages" "$asked"
    command_that apt-cache "! grep -qx \"\$2\" '$unknown_packages'"
    command_that apt-get "
echo \"apt-get \$*\" >>'$asked'
[[ \$DEBIAN_FRONTEND == noninteractive ]] || { echo 'E: it would ask'; exit 1; }
[[ \$* == *' update'* ]] && exit 0
if [[ -s '$BATS_TEST_TMPDIR/failures' ]]; then
    cat '$BATS_TEST_TMPDIR/failures'; : >'$BATS_TEST_TMPDIR/failures'; exit 100
fi
for package in \"\$@\"; do
    case \$package in
        g++) printf '#!/bin/sh\necho 12\n' >'$commands/g++' ;;
        make|gcc) printf '#!/bin/sh\n' >'$commands/'\$package ;;
        pkgconf) printf '#!/bin/sh\n' >'$commands/pkg-config' ;;
        libboost*-dev) mkdir -p '$(include)/boost'
            echo '#define BOOST_VERSION 108100' >'$(include)/boost/version.hpp'
            [[ \$package != *program* ]] || touch '$(library)/libboost_program_options.so' ;;
        libnuma-dev) touch '$(include)/numa.h' '$(library)/libnuma.so' ;;
        nlohmann-json3-dev) mkdir -p '$(include)/nlohmann'; touch '$(include)/nlohmann/json.hpp' ;;
        libc6-dev) touch '$(include)/stdio.h' ;;
        cargo|cargo-web) printf '#!/bin/sh\necho cargo 1.96.0\n' >'$commands/cargo' ;;
        rustc|rustc-web) printf '#!/bin/sh\necho rustc 1.96.0\n' >'$commands/rustc' ;;
        nim|ldc|ruby) printf '#!/bin/sh\necho version 9.9\n' >'$commands/'\${package/ldc/ldc2} ;;
        liburing-dev) touch '$(include)/liburing.h' '$(library)/liburing.so' ;;
    esac
    for tool in '$commands'/*; do [[ -L \$tool ]] || chmod +x \"\$tool\"; done
done"
    sed -i '1a shopt -s extglob' "$commands/apt-get"
}

have_boost() { # VERSION, as in 107400
    mkdir -p "$(include)/boost"
    printf '#ifndef B\n#define BOOST_VERSION_HPP\n// BOOST_VERSION %% 100 is the patch level\n#define BOOST_VERSION %s\n' \
        "$1" >"$(include)/boost/version.hpp"
}

setup_on_machine() { PATH=$commands run "$setup_sh" "$@"; }
installed() { grep -o ' install .*' "$asked" | tail -n 1; }

@test "on a bare machine everything for the client is installed, Boost 1.81 among it, and nothing is removed" {
    setup_on_machine client
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(installed)" = " install --no-remove --no-install-recommends -y g++ make libboost1.81-dev libboost-program-options1.81-dev libnuma-dev nlohmann-json3-dev" ]
    [[ $output == *"installing g++ make libboost1.81-dev"* ]]
}

@test "a second call asks apt-get nothing and says nothing" {
    setup_on_machine client servers
    [ "$status" -eq 0 ]
    : >"$asked"
    setup_on_machine client servers
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ ! -s "$asked" ]
}

@test "an installed Boost 1.74 is kept and completed with its own program_options" {
    have_boost 107400
    setup_on_machine client
    [[ $(installed) == *"libboost-program-options1.74-dev"* ]]
    [[ $(installed) != *1.81* ]]
}

@test "a complete Boost 1.83 is used as it is" {
    have_boost 108300
    touch "$(library)/libboost_program_options.a"
    setup_on_machine client
    [ "$status" -eq 0 ]
    [[ $(installed) != *boost* ]]
}

@test "a Boost that is too old is named with its version and left alone" {
    have_boost 107100
    setup_on_machine client
    [ "$status" -eq 1 ]
    [[ $output == *"is 1.71, but 1.74 or newer is needed"* ]]
    [ ! -s "$asked" ]
}

@test "where there is no Boost 1.81 the distribution's own is chosen" {
    printf '%s\n' libboost1.81-dev libboost-program-options1.81-dev >"$unknown_packages"
    setup_on_machine client
    [ "$status" -eq 0 ]
    [[ $(installed) == *" libboost-dev libboost-program-options-dev "* ]]
}

@test "VOLLEY_SETUP=no prints the one command and installs nothing" {
    export VOLLEY_SETUP=no
    setup_on_machine servers
    [ "$status" -eq 1 ]
    [ "$output" = "apt-get install --no-remove --no-install-recommends -y gcc libc6-dev liburing-dev pkgconf" ]
    [ ! -s "$asked" ]
}

@test "the command updates the lists first where there are none" {
    rm "$VOLLEY_SETUP_ROOT/var/lib/apt/lists/debian_main_Packages"
    command_that id 'echo 1000'
    VOLLEY_SETUP=no setup_on_machine servers
    [ "$status" -eq 1 ]
    [ "$output" = "sudo apt-get update && sudo apt-get install --no-remove --no-install-recommends -y gcc libc6-dev liburing-dev pkgconf" ]
}

@test "lists that are missing are fetched before anything is installed" {
    rm "$VOLLEY_SETUP_ROOT/var/lib/apt/lists/debian_main_Packages"
    setup_on_machine servers
    [ "$status" -eq 0 ]
    [[ $(head -n 1 "$asked") == *" update" ]]
    [ "$(grep -c ' update' "$asked")" -eq 1 ]
}

@test "lists that are old are fetched again" {
    touch -d '30 days ago' "$VOLLEY_SETUP_ROOT/var/lib/apt/lists"{/debian_main_Packages,/partial,}
    setup_on_machine servers
    [ "$status" -eq 0 ]
    [[ $(head -n 1 "$asked") == *" update" ]]
}

@test "a package that is not found is tried once more with new lists" {
    echo 'E: Unable to locate package liburing-dev' >"$BATS_TEST_TMPDIR/failures"
    setup_on_machine servers
    [ "$status" -eq 0 ]
    [ "$(grep -c ' install ' "$asked")" -eq 2 ]
    [ "$(grep -c ' update' "$asked")" -eq 1 ]
}

@test "a failure of apt-get is one line with its own reason" {
    rm "$VOLLEY_SETUP_ROOT/var/lib/apt/lists/debian_main_Packages"
    printf 'Reading package lists...\nE: Packages need to be removed but remove is disabled.\n' >"$BATS_TEST_TMPDIR/failures"
    setup_on_machine servers
    [ "$status" -eq 1 ]
    [ "$(grep -c 'E: Packages need to be removed but remove is disabled' <<<"$output")" -eq 1 ]
    [[ $output != *"Reading package lists"* ]]
}

@test "without root apt-get is called through sudo" {
    command_that id 'echo 1000'
    command_that sudo "echo \"sudo \$*\" >>'$asked'; exec \"\$@\""
    setup_on_machine servers
    [ "$status" -eq 0 ]
    grep -q '^sudo env DEBIAN_FRONTEND=noninteractive apt-get .* install ' "$asked"
}

@test "with neither root nor sudo it says what root would have to do" {
    command_that id 'echo 1000'
    setup_on_machine servers
    [ "$status" -eq 1 ]
    [[ $output == *"there is no sudo, so run as root: apt-get install --no-remove"* ]]
    [ ! -s "$asked" ]
}

@test "without apt-get it lists what is missing with the versions tested" {
    rm "$commands/apt-get"
    setup_on_machine client servers
    [ "$status" -eq 1 ]
    [[ $output == *"Boost 1.81 (1.74 or newer)"* ]]
    [[ $output == *"liburing 2.3"* ]]
    [[ $output == *"libnuma 2.0.16"* ]]
}

@test "without apt-get but with everything there it is content" {
    setup_on_machine client servers
    rm "$commands/apt-get"
    setup_on_machine client servers
    [ "$status" -eq 0 ]
}

@test "an old compiler is named with what to install" {
    setup_on_machine client
    command_that g++ "echo 9; [[ \$* == -dumpversion ]]"
    setup_on_machine client
    [ "$status" -eq 1 ]
    [[ $output == *"g++ is version 9 and does not support C++20"*"CXX=g++-12"* ]]
}

@test "a package that installs but does not bring what it should is noticed" {
    command_that apt-get "echo \"apt-get \$*\" >>'$asked'"
    setup_on_machine servers
    [ "$status" -eq 1 ]
    [[ $output == *"still not found"*"liburing"* ]]
}

@test "the parts of the tests ask for clang, its runtime and the checkers" {
    VOLLEY_SETUP=no setup_on_machine test
    [ "$status" -eq 1 ]
    for package in libgtest-dev libbenchmark-dev bats chromium nodejs xz-utils numactl procps util-linux shellcheck clang-format clang libclang-rt-dev mold; do
        [[ " $output " == *" $package "* ]]
    done
    [[ $output != *sockperf* ]]
}

# A command that says what a tool says of its version.
tool() { command_that "$1" "echo '$2'"; }

@test "a language is what its servers need, and no other language" {
    setup_on_machine rust
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(installed)" = " install --no-remove --no-install-recommends -y cargo-web rustc-web" ]
    : >"$asked"
    setup_on_machine rust
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ ! -s "$asked" ]
}

@test "a toolchain that is there and new enough serves, wherever it came from" {
    tool cargo 'cargo 1.85.0 (d73d2caf9 2024-12-31)'
    tool rustc 'rustc 1.85.1'
    setup_on_machine rust
    [ "$status" -eq 0 ]
    [ ! -s "$asked" ]
    # Like go, whose words come after another command and another name.
    # shellcheck disable=SC2016
    command_that go '[[ $1 == version ]] && echo "go version go1.21.3 linux/amd64"'
    setup_on_machine go
    [ "$status" -eq 0 ]
    [ ! -s "$asked" ]
}

@test "one that is too old does not serve" {
    tool cargo 'cargo 1.63.0'
    tool rustc 'rustc 1.100.2'
    setup_on_machine rust
    [ "$status" -eq 0 ]
    [ "$(installed)" = " install --no-remove --no-install-recommends -y cargo-web" ]
}

@test "where there is no newer cargo under its own name the usual one is chosen" {
    printf '%s\n' cargo-web rustc-web >"$unknown_packages"
    setup_on_machine rust
    [ "$status" -eq 0 ]
    [[ $(installed) == *" cargo rustc" ]]
}

@test "every language has a part, is named by --languages, and asks for something on a bare machine" {
    setup_on_machine --languages
    languages=$output
    [ "$languages" = "c cpp rust go java node python erlang haskell ocaml ruby php perl lua nim d csharp rdma" ]
    for language in $languages; do
        VOLLEY_SETUP=no setup_on_machine "$language"
        [ "$status" -eq 1 ] || { echo "$language: $output"; return 1; }
        [[ $output == "apt-get install "* ]]
    done
}

@test "nothing asks for a language unasked" {
    # Node.js is none here: it drives the browser in which the report is tested.
    VOLLEY_SETUP=no setup_on_machine client servers test lint fuzz bench
    for package in cargo golang ghc ruby; do
        [[ $output != *"$package"* ]]
    done
}

@test "all languages: what the distribution lacks is left out and named" {
    command_that apt-cache "[[ \$2 == @(nim|ldc|ruby) ]]"
    sed -i '1a shopt -s extglob' "$commands/apt-cache"
    setup_on_machine all
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(installed)" = " install --no-remove --no-install-recommends -y ruby nim ldc" ]
    [[ ${lines[-1]} == "setup: not available here: "*"GHC 9.0.2"*"; the servers that need it are skipped" ]]
}

@test "all languages: where the distribution has nothing of what is missing nothing is installed" {
    command_that apt-cache false
    setup_on_machine all
    [ "$status" -eq 0 ]
    [ ! -s "$asked" ]
}

@test "plots need R with its packages, and nothing where those are there" {
    command_that Rscript "[[ ! \$* =~ ggplot2 ]] || exit 0; echo /usr/lib/R/library/svglite"
    ln -s Rscript "$commands/R"
    VOLLEY_SETUP=no setup_on_machine plot
    [ "$status" -eq 1 ]
    [[ $output == *" r-cran-ggplot2" ]]
    command_that Rscript "echo /usr/lib/R/library"
    setup_on_machine plot
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ ! -s "$asked" ]
    rm "$commands/Rscript" "$commands/R"
    VOLLEY_SETUP=no setup_on_machine plot
    [[ $output == *" r-base-core r-cran-ggplot2 r-cran-svglite" ]]
}

@test "an unknown part is a usage error" {
    setup_on_machine everything
    [ "$status" -eq 2 ]
    [[ $output == *'unknown part "everything": client, '*' or a language: c cpp rust '* ]]
    [ "${#lines[@]}" -eq 1 ]
}
