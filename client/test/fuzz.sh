#!/usr/bin/env bash
# Builds and runs the libFuzzer targets client/test/fuzz/fuzz_*.cc, each with its corpus client/test/fuzz/corpus/NAME. They are linked with the
# address sanitizer's variant of the library, which clang builds with the fuzzer's instrumentation.
#
# usage: fuzz.sh --list | fuzz.sh NAME...      (default: all; NAME without fuzz_ and .cc)
# FUZZ_SECONDS (60) is the time for all targets together; each gets its share, however many are named.
# Findings are in target/fuzz/found/NAME-*. A corpus grows in target/fuzz/corpus/; the one in the sources is unchanged.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
built=target/fuzz

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

fuzz() { # NAME
    local name=$1
    [[ -e client/test/fuzz/fuzz_$name.cc ]] || { echo "no fuzz target \"$name\"; there are: ${names[*]}" >&2; return 2; }
    mkdir -p "$built/corpus/$name" "$built/found"
    make --silent --no-print-directory -j"$(nproc)" "$built/$name" >&2
    if [[ -d client/test/fuzz/corpus/$name ]]; then
        cp -r "client/test/fuzz/corpus/$name/." "$built/corpus/$name/"
    fi
    # Taking 10 s or 2 GiB is a finding, too. The default status of a finding, 77, would mean "skipped" to the runner.
    "$built/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -error_exitcode=1 -print_final_stats=1 \
        -artifact_prefix="$built/found/$name-" "$built/corpus/$name"
}

wanted=("$@")
[[ $# -gt 0 ]] || wanted=("${names[@]}")
for name in "${wanted[@]}"; do
    fuzz "$name"
done
