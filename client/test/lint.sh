#!/usr/bin/env bash
# The formal checks that need a tool. Each is a separate test:
#
#   layout          clang-format would change nothing
#   shell           shellcheck finds nothing in scripts and bats files
#   gcc-warnings    g++ gave no warning for any source of the client when it built target/
#   clang-warnings  nor did clang++ when it built target/asan/
#   headers         every header compiles alone, with g++
#   set-up          set_up.sh finds nothing used that benchmark/setup.sh does not install
#   servers         servers/lint has no message: metadata, layout and lock files of every server
#
# usage: lint.sh [--list | CHECK...]      (default: all)
# VOLLEY_LINT_CHANGED=yes: layout and shell look only at files that differ from the last commit.
# A check whose tool is missing says so. Status 77 if nothing else went wrong, 1 if a check failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=client/test/project_files.bash
. client/test/project_files.bash
checks=(layout shell gcc-warnings clang-warnings headers set-up servers)
processors=$(nproc)

# As in the Makefile.
compile=(-std=c++20 -fsyntax-only -Iclient -pthread -DBOOST_ASIO_NO_DEPRECATED
    -Wall -Wextra -Wconversion -Wshadow -Wno-missing-field-initializers -Werror)

find_files() { # PATH... -- FIND-EXPRESSION
    project_files "$@" | if [[ ${VOLLEY_LINT_CHANGED:-} ]]; then only_changed; else cat; fi
}
only_changed() {
    grep -zxF -f <({ git diff --name-only -z --diff-filter=d HEAD && git ls-files -z --others --exclude-standard; } | sed -z 's|^|./|' | tr '\0' '\n') || true
}

need() {
    command -v "$1" >/dev/null && return
    echo "$1 is missing: benchmark/setup.sh lint"
    return 77
}

check_layout() {
    need clang-format || return
    find_files ./client ./servers -- -name '*.cc' -o -name '*.hh' -o -name '*.c' -o -name '*.h' |
        xargs -0 -r -n 16 -P "$processors" clang-format --dry-run -Werror
}

check_shell() {
    need shellcheck || return
    {
        find_files . -- -name '*.sh' -o -name '*.bats'
        # Scripts without a file extension, recognised by their first line.
        find_files . -- ! -name '*.*' -executable | xargs -0 -r awk 'FNR == 1 && /^#!.*[\/ ]bash/ { printf "%s%c", FILENAME, 0 }'
    } | xargs -0 -r -n 8 -P "$processors" shellcheck -x
}

# Builds what is not built, and reads the compiler's messages, which the Makefile keeps beside each object.
check_warnings() { # COMPILER VARIANT DIRECTORY
    local said
    need "$1" || return
    make --silent --no-print-directory -j"$processors" "objects-$2" >&2 || return 1
    said=$(find "$3" -name '*.o.warnings' -exec cat {} +)
    printf '%s' "$said"
    [[ ! $said ]]
}

# If a source of the library includes its own header first, the release build proves that the header compiles alone; the others are compiled here.
# Unit tests prove nothing: those of a directory are compiled as one source.
headers_without_proof() {
    local header source first
    while IFS= read -r -d '' header; do
        source=${header%.hh}.cc
        if [[ -e $source ]]; then
            first=$(grep -m 1 -E '^#include' "$source" || true)
            [[ $first != "#include \"${header#./client/}\"" ]] || continue
        fi
        printf '%s\0' "$header"
    done < <(find_files ./client -- -name '*.hh')
}

check_headers() {
    need "${CXX:-g++}" || return
    # Included by an empty source, since a header as the main file has warnings of its own.
    headers_without_proof |
        xargs -0 -r -I '{}' -P "$processors" "${CXX:-g++}" "${compile[@]}" -include '{}' -x c++ /dev/null
}

run_check() {
    case $1 in
        layout) check_layout ;;
        shell) check_shell ;;
        clang-warnings) check_warnings clang++ asan target/asan/obj ;;
        gcc-warnings) check_warnings "${CXX:-g++}" release target/obj ;;
        headers) check_headers ;;
        set-up) client/test/set_up.sh ;;
        servers) servers/lint ;;
        *) echo "lint.sh: no check \"$1\"; there are: ${checks[*]}"; return 2 ;;
    esac
}

if [[ ${1:-} == --list ]]; then
    printf '%s\n' "${checks[@]}"
    exit
fi
worst=0
wanted=("$@")
[[ $# -gt 0 ]] || wanted=("${checks[@]}")
for check in "${wanted[@]}"; do
    status=0
    output=$(run_check "$check" 2>&1) || status=$?
    case $status in
        0) echo "$check: clean" ;;
        77) echo "$check: skipped: $output"; [[ $worst != 0 ]] || worst=77 ;;
        *) echo "$check:"; printf '%s\n' "$output"; worst=1 ;;
    esac
done
exit "$worst"
