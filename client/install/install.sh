#!/usr/bin/env bash
# Installs what has been built in target/, or removes it: `make install` and `make uninstall` call it.
#
# usage: install.sh install|uninstall     PREFIX (/usr/local) and DESTDIR (nothing) are those of the environment
#
# The programs beside volley get its name in front, for there are other commands called compare and sweep. A man page of each is made from
# its --help; bash completes their options. Nothing else is written, and nothing installed needs the directory that it was built in.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
refuse() {
    printf 'make %s: %s\n' "$action" "$*" >&2
    exit 2
}

action=${1:-}
[[ $action == install || $action == uninstall ]] || { echo 'usage: install.sh install|uninstall' >&2; exit 2; }
prefix=${PREFIX:-/usr/local}
[[ $prefix == /* ]] || refuse "PREFIX=$prefix: it has to begin with /, as in PREFIX=/usr/local"
[[ ! ${DESTDIR:-} || $DESTDIR == /* ]] || refuse "DESTDIR=$DESTDIR: it has to begin with /, as in DESTDIR=/tmp/package"
root=${DESTDIR:-}$prefix
bin=$root/bin man=$root/share/man/man1 completions=$root/share/bash-completion/completions

names=(volley) # the installed names
for main in client/*/main.cc; do
    main=${main%/main.cc}
    names+=("volley-${main##*/}")
done

if [[ $action == uninstall ]]; then
    for name in "${names[@]}"; do
        rm -f -- "$bin/$name" "$man/$name.1" "$completions/$name"
    done
    exit
fi

version=$(target/volley --version | sed -nE '1s/^volley ([^ ]+).*/\1/p')
install -d -- "$bin" "$man" "$completions"
for name in "${names[@]}"; do
    program=target/${name#volley-}
    install -m 755 -- "$program" "$bin/$name"
    day=$(date -u -r "$program" +%Y-%m-%d)
    ("$bin/$name" --help | awk -v title="$name" -v version="$version" -v date="$day" -v others="${names[*]}" -f client/install/man.awk) >"$man/$name.1"
    chmod 644 -- "$man/$name.1"
    install -m 644 -- client/install/completion.bash "$completions/$name"
done
printf 'installed in %s: %s\n' "$bin" "${names[*]}"
