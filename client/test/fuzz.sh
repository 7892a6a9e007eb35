#!/usr/bin/env bash
# Builds and runs the libFuzzer targets client/test/fuzz/fuzz_*.cc, each with its corpus client/test/fuzz/corpus/NAME.
#
# usage: fuzz.sh --list | fuzz.sh NAME...      (default: all; NAME without fuzz_ and .cc)
# FUZZ_SECONDS (60) is the time for all targets together; each gets its share, however many are named.
# What is found lies in target/fuzz/found/NAME-*; a corpus grows in target/fuzz/corpus/, the one in the sources stays as it is.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
sanitize=address,undefined
built=target/fuzz
compile=(clang++ -std=c++20 -Iclient -pthread -DBOOST_ASIO_NO_DEPRECATED -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all)

names=()
for source in client/test/fuzz/fuzz_*.cc; do
    [[ -e $source ]] || continue
    name=${source##*/fuzz_}
    names+=("${name%.cc}")
done
if [[ ${1:-} == --list ]]; then
    printf '%s\n' "${names[@]}"
    exit
fi
if ! command -v clang++ >/dev/null; then
    echo "clang++ is missing: benchmark/setup.sh fuzz"
    exit 77
fi
[[ ${#names[@]} -gt 0 ]] || { echo "no fuzz targets in client/test/fuzz" >&2; exit 2; }
seconds=$((${FUZZ_SECONDS:-60} / ${#names[@]}))
[[ $seconds -ge 1 ]] || seconds=1

# The library as the Makefile builds it, by another compiler and with the fuzzer's instrumentation, in a directory of its own.
make --silent --no-print-directory -j"$(nproc)" CXX=clang++ DIR_release="$built" \
    FLAGS_release="-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=fuzzer-no-link,$sanitize" \
    "$built/obj/libvolley.a"

fuzz() { # NAME
    local name=$1
    [[ -e client/test/fuzz/fuzz_$name.cc ]] || { echo "no fuzz target \"$name\"; there are: ${names[*]}" >&2; return 2; }
    mkdir -p "$built/corpus/$name" "$built/found"
    "${compile[@]}" "-fsanitize=fuzzer,$sanitize" -o "$built/fuzz_$name" "client/test/fuzz/fuzz_$name.cc" \
        "$built/obj/libvolley.a" -lboost_program_options -lnuma
    if [[ -d client/test/fuzz/corpus/$name ]]; then
        cp -r "client/test/fuzz/corpus/$name/." "$built/corpus/$name/"
    fi
    # Whatever takes 10 s or 2 GiB is a finding too. A finding's own status, 77, would say "skipped" to the runner.
    "$built/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -error_exitcode=1 -print_final_stats=1 \
        -artifact_prefix="$built/found/$name-" "$built/corpus/$name"
}

wanted=("$@")
[[ $# -gt 0 ]] || wanted=("${names[@]}")
for name in "${wanted[@]}"; do
    fuzz "$name"
done
