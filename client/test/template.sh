#!/usr/bin/env bash
# A server made by `make new-server`, untouched: it speaks of itself by its own name, is built, keeps the contract, and lint has no message.
#
# usage: template.sh --list | LANG
# Status 0: so it is. 77: skipped, with the reason in the last line, because its toolchain is not here. Anything else: not so.
# Works in a copy of the servers and what they need, below a directory with a space in its name, and leaves nothing behind.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [[ ${1:---list} == --list ]]; then
    for template in servers/.template/*/server.toml; do
        basename "${template%/server.toml}"
    done
    exit
fi
language=$1
# The shortest and the longest name allowed, to test the formatter's width, too.
short=x
printf -v name 'new-%s-%s' "$language" xxxxxxxxxxxxxxxxxxxx
name=${name:0:24}

# Places where the reference server's name stays: there it is a word of the language.
declare -A words=(
    [go]='^GO [?]= go$|\bgo\.(mod|sum)\b|\bmain\.go\b|^go 1\.|^\s*go [a-z]+\(| go into |"command:go:'
    [java]='\bjava\.(io|lang|net|nio|util)\.|target/java\.jar|\bPlusOne\.java\b|\}java" |"command:java:'
    [node]='^#!/usr/bin/env node$|"node:[a-z]+"|, as node on PATH|"command:node:'
    [rust]='^rust-version = '
)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree="$work/a tree"
mkdir -p "$tree"/{servers,benchmark,target}
cp -p Makefile .clang-format .gitignore "$tree/"
cp -p benchmark/setup.sh "$tree/benchmark/"
cp -Rp servers/{Makefile,README.md,needs,new,lint,table,.template} "$tree/servers/"
origin=$(basename "$(readlink -f "servers/.template/$language")")
[[ ! -L servers/.template/$language ]] || git ls-files -z "servers/$origin" | xargs -0 cp -p --parents -t "$tree"
conform=$PWD/target/conform
[[ -x $conform ]] || { echo "target/conform is not built: make target/conform"; exit 1; }

cd "$tree"
unset MAKEFLAGS MFLAGS MAKELEVEL
git init -q .
make -s new-server NAME="$short" LANG="$language"
make -s new-server NAME="$name" LANG="$language"
git add servers # before the build, so that lint finds what is built and not ignored
[[ $(find servers -maxdepth 1 -name '.new*') == '' ]]
! grep -rn '@NAME@' "servers/$name" || { echo "@NAME@ is left"; exit 1; }
[[ ! $(find "servers/$name" -name '*@NAME@*') ]] || { echo "@NAME@ is left in a file's name"; exit 1; }
# The new name is removed first: "go" is a word in new-go-x.
left=$(find "servers/$name" -type f -exec cat {} + | sed -E "s~$name~~g; s~${words[$origin]:-^$}~~g" | grep -w -e "$origin" || true)
[[ ! $left ]] || { printf 'it still speaks of %s:\n%s\n' "$origin" "$left"; exit 1; }
if reasons=$(servers/needs "servers/$name"); then :; else
    [[ $? -eq 1 ]] || exit 1
    echo "$reasons" | paste -sd ';'
    exit 77
fi
make -s "server-$name"
"$conform" "target/servers/$name"
servers/lint "$short" "$name"
