#!/usr/bin/env bash
# Is everything that is used also set up? Compares each system header, library, command and R package that the tree uses with what
# benchmark/setup.sh provides on a machine with only git, make, bash and apt, and prints what is missing.
#
# Presence on this machine proves nothing, because it may have been installed by hand. These count:
#   - what a row of the table in setup.sh names for the part, because setup.sh itself makes sure that it is there afterwards;
#   - the files of the packages that apt would install for the part on a bare machine, with required packages and all dependencies
#     but without recommended ones: apt is asked with an empty list of installed packages. dpkg knows the files of installed packages.
# So a tool from elsewhere (/usr/local, rustup, pyenv) is neither needed nor enough: a row must name it.
#
# usage: set_up.sh [ROOT]      status 0: all is set up; 1: one line for each thing that is not; 77: it cannot be told, since there is no apt
# or dpkg to ask, or a thing belongs to nothing that is installed here while packages of the part are not installed either
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=client/test/project_files.bash
. "$here/project_files.bash"
cd "${1:-$here/../..}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

skip() { printf '%s\n' "$*"; exit 77; }
[[ $(type -P apt-get) && $(type -P apt-cache) && $(type -P dpkg-query) ]] || skip "there is no apt or no dpkg to ask which package has what"
apt-cache show libc6-dev >/dev/null 2>&1 || skip "apt knows of no packages: apt-get update"

# Things used only if present, or only by what cannot be set up: FILE-PATTERN NAME, and why.
guarded='
benchmark/setup.sh   sudo         # where the caller is not root; it says what root would have to do
benchmark/setup.sh   python3      # asked for its modules where it is there
benchmark/setup.sh   lua5.4       # likewise
benchmark/setup.sh   ghc-pkg      # likewise
benchmark/setup.sh   Rscript      # likewise
'
# The languages in server.toml whose part in setup.sh has another name.
part_of_language() {
    case $1 in
        C++) echo cpp ;;
        'C#') echo csharp ;;
        JavaScript) echo node ;;
        *) echo "${1,,}" ;;
    esac
}

# The parts that a script, or a rule of the Makefile, passes to setup.sh.
set_up_by() { # FILE [RULE]
    if [[ $# -gt 1 ]]; then
        sed -nE "/^$2:/,/^\$/s/.*setup\.sh ([a-z ]*[a-z]).*/\1/p" "$1"
    else
        sed -nE -e '/(fail|say|echo) .*setup\.sh/d' -e 's/.*setup\.sh"? ([a-z ]*[a-z]).*/\1/p' -e 's/.*parts\+?=\(([a-z ]*)\).*/\1/p' "$1" | paste -sd ' '
    fi
}

# What the table in setup.sh names for parts: "command gcc", "header numa.h", one a line.
named_for() { # PART...
    local parts check part
    while IFS='|' read -r parts check _; do
        for part in "$@"; do
            [[ " $parts " != *" $part "* ]] || { tr -s ' ' <<<"$check"; break; }
        done
    done < <(sed -n "/^needs='/,/^'/p" benchmark/setup.sh) |
        awk '/^ ?compiler/ { print "command g++" } { for (i = 1; i < NF; i += 2) { sub(/:[0-9.]+$/, "", $(i + 1)); print $i, $(i + 1) } }'
}

# The packages that setup.sh would ask for on a bare machine: an empty root, and only the commands that it needs itself.
packages_for() { # PART...
    local tool
    mkdir -p "$scratch/bare" "$scratch/commands"
    for tool in bash env find grep tail cat id apt-cache apt-get; do
        ln -sf "$(type -P "$tool")" "$scratch/commands/$tool"
    done
    env -u CXX -u CPATH -u CPLUS_INCLUDE_PATH -u LIBRARY_PATH VOLLEY_SETUP_ROOT="$scratch/bare" VOLLEY_SETUP=no PATH="$scratch/commands" \
        benchmark/setup.sh "$@" 2>/dev/null | sed 's/.*--no-install-recommends -y//' || true
}

# Writes to a file what those packages, all their dependencies and the required packages provide: "command make", "header numa.h" and so on.
brought_by() { # FILE PACKAGE...
    local file=$1 package
    shift
    : >"$scratch/nothing-installed"
    # Each package is a separate word.
    # shellcheck disable=SC2046
    apt-get --simulate --no-install-recommends -o Dir::State::status="$scratch/nothing-installed" install \
        git make bash apt "$@" $(dpkg-query -W -f '${Essential} ${Priority} ${Package}\n' | awk '$1 == "yes" || $2 == "required" { print $NF }') \
        >"$scratch/simulated" 2>&1 || { cat "$scratch/simulated" >&2; return 1; }
    awk '$1 == "Inst" { print $2 }' "$scratch/simulated" | while read -r package; do
        compgen -G "/var/lib/dpkg/info/$package*.list" >/dev/null || printf '%s\n' "$package" >>"$file.absent"
        for list in /var/lib/dpkg/info/"$package"{,:*}.list; do
            [[ ! -e $list ]] || cat "$list"
        done
    done | awk '
        { sub(/^\/(bin|sbin|lib)/, "/usr&") }
        match($0, /^\/usr\/(s?bin|games)\//) { print "command", substr($0, RLENGTH + 1); next }
        # Where compilers look: include and its directories for C++ and for the architecture, and their own.
        match($0, /^\/usr\/include\/([^\/]*-linux-[^\/]*\/)?(c[+][+]\/[0-9.]*\/([^\/]*-linux-[^\/]*\/)?)?/) ||
            match($0, /^\/usr\/lib\/(gcc\/[^\/]*\/[0-9.]*\/include|llvm-[0-9.]*\/lib\/clang\/[0-9.]*\/include|ocaml)\//) {
            print "header", substr($0, RLENGTH + 1)
            next
        }
        match($0, /\/lib[^\/]*\.(so|a)$/) { rest = substr($0, RSTART + 4); sub(/\.(so|a)$/, "", rest); print "library", rest; next }
        /^\/usr\/lib\/R\/(site-)?library\/[^\/]*\/DESCRIPTION$/ { n = split($0, part, "/"); print "module", "R:" part[n - 1] }' >"$file"
    awk 'NR == FNR { here[$0] = 1; next } ("command " $2) in here { print "command", $1 }' "$file" "$scratch/alternatives" >>"$file.more"
    cat "$file.more" >>"$file"
}

# Of the lines "FILE:LINE KIND NAME" on stdin, those whose "KIND NAME" is not in the file; each "KIND NAME" once.
not_in() { # FILE
    awk 'NR == FNR { there[$0] = 1; next } !(($2 " " $3) in there)' "$1" -
}
unguarded() {
    awk 'NR == FNR { guarded[$1 " " $2] = 1; next } { file = $1; sub(/:.*/, "", file) } !((file " " $3) in guarded)' <(printf '%s' "$guarded") -
}

# Names that packages leave to update-alternatives (cc, awk), each with every command that may stand behind it.
find_alternatives() {
    local file
    for file in /var/lib/dpkg/alternatives/*; do
        [[ -e $file ]] || continue
        awk -v name="${file##*/}" '/^\/(usr\/)?s?bin\// { sub(/.*\//, ""); if ($0 != name) print name, $0 }' "$file"
    done >"$scratch/alternatives"
}

headers_in() { # FILE...
    grep -HnoE '^ *# *include *<[^>]+>' "$@" | sed -E 's/^([^:]*:[0-9]+):.*<(.*)>/\1 header \2/' || true
}

# Commands in scripts of bash and sh, and in the *.bash files that they source, without builtins and functions.
commands_in() { # FILE...
    local -a sourced
    mapfile -t sourced < <(grep -hE '^(source|\.) ' "$@" | grep -oE '[a-z_]+\.bash' | sort -u |
        while read -r name; do files benchmark client plot servers -- -name "$name"; done)
    awk -f "$here/commands.awk" "$@" "${sourced[@]}" | awk '
    NR == FNR { builtin[$1] = 1; next }
    { file = $1; sub(/:.*/, "", file) }
    sub(/\(\)$/, "", $2) { own[(file ~ /\.bash$/ ? "" : file) " " $2] = 1; next }
    { seen[++count] = $1 " " $2; of[count] = file; name[count] = $2 }
    END {
        for (i = 1; i <= count; i++)
            if (!((of[i] " " name[i]) in own) && !((" " name[i]) in own) && !(name[i] in builtin)) { split(seen[i], part, " "); print part[1], "command", part[2] }
    }' <(compgen -bk; printf '%s\n' run load skip bats_require_minimum_version) -
}

# The recipes of a Makefile as a script with the same number of lines, for those rules whose targets match, or do not. Variables that the
# Makefile sets to one word, as in CC ?= cc, become that word; others are treated as the shell's. $(shell …) becomes $(…), and functions of
# make are dropped.
recipes_of() { # MAKEFILE [RULES [not]]
    awk -v rules="${2:-.}" -v without="${3:-}" '
    NR == FNR { if (match($0, /^[A-Z]+ *[?:]?= *[a-z][a-z0-9+._-]*$/)) { name = value = $0; sub(/ *[?:]?=.*/, "", name); sub(/.*= */, "", value); word[name] = value } next }
    # Lines that are neither recipe nor comment, with their continuation lines.
    declared || /^[^\t#]/ {
        if (!declared) { target = $0; sub(/:.*/, "", target); taken = /^[^=]*:([^=]|$)/ && (target ~ rules) != (without != "") }
        declared = /\\$/
        if (!match($0, /\$\(shell [^()]*\)/)) print ""
        else print ": $(" substr($0, RSTART + 8, RLENGTH - 8)
        next
    }
    (/^\t/ && taken) || continued {
        line = $0
        for (name in word) gsub("[$]+[(]" name "[)]", word[name], line)
        gsub(/\$+\(MAKE\)/, "make", line); gsub(/\$+\(CXX\)/, "g++", line); gsub(/\$+\(CC\)/, "cc", line); gsub(/\$+\(Q\)/, "", line)
        gsub(/\$+\([A-Za-z_]+\)/, "$x", line)
        gsub(/\$+\([A-Za-z_]+:[^()]*\)/, "$x", line)
        while (gsub(/\$+\((if|filter|filter-out|call|addprefix|patsubst|findstring|subst|or|strip|notdir|basename) [^()]*\)/, "$x", line)) {}
        gsub(/\$+\(shell /, "$(", line)
        sub(/^\t[ @+-]*/, "", line); gsub(/\$\$/, "$", line)
        print line; continued = line ~ /\\$/; next
    }
    { print "" }' "$1" "$1"
}
commands_in_makefile() { # MAKEFILE [RULES [not]]
    mkdir -p "$scratch/recipes/$(dirname "$1")"
    recipes_of "$@" >"$scratch/recipes/$1"
    (cd "$scratch/recipes" && awk -f "$here/commands.awk" "$1") |
        awk 'NR == FNR { builtin[$1] = 1; next } !($2 in builtin) && !/\(\)$/ { print $1, "command", $2 }' <(compgen -bk) -
}
libraries_in() { # FILE...
    grep -HnoE '(^|[ =,])-l[a-z][a-z0-9_]*( |,|\)|$)' "$@" | grep -v ' -linkpkg' | sed -E 's/^([^:]*:[0-9]+):.*-l([a-z0-9_]*).*/\1 library \2/' || true
}
sanitizers_in() { # FILE...
    grep -HnoE 'fsanitize=[a-z,]+' "$@" | awk -F: '{
        n = split(substr($3, 11), kinds, ",")
        for (i = 1; i <= n; i++) if (kinds[i] ~ /^(address|undefined|thread)$/) print $1 ":" $2, "library", substr(kinds[i], 1, 1) (kinds[i] == "undefined" ? "bsan" : "san") }' || true
}
r_packages_in() { # FILE...
    grep -HnoE '(library|requireNamespace)\("?[A-Za-z0-9.]+|\b[A-Za-z][A-Za-z0-9.]+:::?[a-z]' "$@" |
        sed -E -e 's/^([^:]*:[0-9]+):(library|requireNamespace)\("?(.*)$/\1 module R:\3/' -e 's/^([^:]*:[0-9]+):([A-Za-z0-9.]+):::?.$/\1 module R:\2/' || true
}
spawned_in() { # FILE...
    grep -HnoE '(system2?|spawn(Sync)?|execFile(Sync)?|popen)\("[a-z][a-z0-9.+_-]*' "$@" | sed -E 's/^([^:]*:[0-9]+):.*"/\1 command /' || true
}

# The file $scratch/brought-PARTS, once.
fill_brought() { # PART...
    local -a packages
    local file
    file=$scratch/brought-$(tr ' ' - <<<"$*")
    [[ ! -e $file ]] || return 0
    read -ra packages < <(packages_for "$@")
    brought_by "$file" "${packages[@]}"
}

# Compares what is used, one per line on stdin, with what is set up.
hold_against() { # WHAT PART...
    local what=$1 place kind name shown owner brought
    shift
    named_for "$@" >"$scratch/named"
    sort -u | not_in "$scratch/named" | unguarded >"$scratch/used"
    # Asking apt takes a second each time, so it is avoided: the part "client", which everyone needs, is enough for most.
    fill_brought client
    not_in "$scratch/brought-client" <"$scratch/used" >"$scratch/used-more"
    [[ -s $scratch/used-more ]] || return 0
    fill_brought "$@"
    brought=$scratch/brought-$(tr ' ' - <<<"$*")
    while read -r place kind name; do
        shown=$name
        [[ $kind != header ]] || shown="<$name>"
        [[ $kind != module ]] || { kind="R package"; shown=${name#R:}; }
        owner=$(owner_of "$kind" "$name")
        if [[ ! $owner && -s $brought.absent && $what == "make setup-"* ]]; then
            # Their servers are skipped on this machine, too.
            printf 'not looked into: %s: %s %s, for what %s installs is not here\n' "$place" "$kind" "$shown" "$what"
            continue
        fi
        if [[ ! $owner && -s $brought.absent ]]; then
            printf 'cannot be told: %s: %s %s; not installed here, and perhaps what %s brings it with: %s\n' \
                "$place" "$kind" "$shown" "$what" "$(paste -sd ' ' "$brought.absent")" >>"$scratch/undecided"
            continue
        fi
        printf '%s: %s %s is not in what %s sets up (setup.sh %s)%s: give it a row in benchmark/setup.sh\n' \
            "$place" "$kind" "$shown" "$what" "$*" "${owner:+, but in the package $owner}" >>"$scratch/found"
    done < <(not_in "$brought" <"$scratch/used-more" | sort -t ' ' -k 2 -u)
}
# The package that owns it on this machine.
owner_of() { # KIND NAME
    local pattern owner
    case $1 in
        header) pattern="/usr/include*/$2" ;;
        command) pattern="*bin/$2" ;;
        library) pattern="*/lib$2.so" ;;
        *) pattern="*library/${2#R:}/DESCRIPTION" ;;
    esac
    owner=$(dpkg-query -S "$pattern" 2>/dev/null | sed 's/:.*//;q') || true
    printf '%s' "$owner"
}

files() { # PATH... -- FIND-EXPRESSION
    project_files "$@" | tr '\0' '\n'
}

# Of the files on stdin, those for bash or sh.
with_shell() { xargs -r awk 'FNR == 1 && (/^#!.*[\/ ](ba)?sh|^#!.*[\/ ]bats/ || /^# shellcheck/ || FILENAME ~ /\.bash$/) { print FILENAME }'; }
sources_of_c() { # PATH...
    files "$@" -- -name '*.cc' -o -name '*.hh' -o -name '*.c' -o -name '*.h'
}

# What the servers in a language use, and what their descriptions list as needs.
used_by_servers() { # NAME...
    local name
    local -a some
    for name in "$@"; do
        commands_in_makefile "servers/$name/Makefile"
        libraries_in "servers/$name/Makefile"
        mapfile -t some < <(sources_of_c "servers/$name")
        [[ ${#some[@]} -eq 0 ]] || headers_in "${some[@]}"
        mapfile -t some < <(files "servers/$name" -- ! -name '*.*' -perm -u+x | with_shell)
        [[ ${#some[@]} -eq 0 ]] || commands_in "${some[@]}"
        # A library with a minimum version is checked with pkg-config.
        grep -nE '^needs' "servers/$name/server.toml" | grep -oE '^[0-9]+|"command:[a-z0-9.+_-]+|"library:.*:[0-9]' |
            awk -v file="servers/$name/server.toml" '/^[0-9]/ { at = file ":" $0; next }
                sub(/"command:/, "") { print at, "command", $0; next } { print at, "command", "pkg-config" }' || true
    done
}

check_servers() {
    local name language part
    local -A of_part=()
    for name in $(cd servers && ls -d -- */server.toml); do
        name=${name%/*}
        language=$(sed -nE 's/^language *= *"(.*)".*/\1/p' "servers/$name/server.toml")
        of_part[$(part_of_language "$language")]+=" $name"
    done
    # Names of servers have no blanks: servers/lint checks this.
    for part in "${!of_part[@]}"; do
        # shellcheck disable=SC2086
        used_by_servers ${of_part[$part]} | hold_against "make setup-$part" client servers "$part"
    done
    # bench.sh and sweep.sh set up what C and C++ servers need before they build one.
    # shellcheck disable=SC2046,SC2086
    used_by_servers ${of_part[c]:-} ${of_part[cpp]:-} | hold_against "bench.sh" $(set_up_by benchmark/bench.sh)
}

check_tree() {
    local -a sources client scripts plots by_hand=(benchmark/peers.sh benchmark/syscalls.sh client/bench/record_rounds.sh)
    local rule
    mapfile -t sources < <(sources_of_c client)
    mapfile -t client < <(printf '%s\n' "${sources[@]}" | grep -vE '^client/(test|bench)/|_test\.cc$|_tests\.hh$')
    # Files of single servers are checked with their languages; templates become servers.
    mapfile -t scripts < <(files .ci benchmark client servers plot -- -name '*.sh' -o -name '*.bash' -o -name '*.bats' -o ! -name '*.*' |
        grep -vxFf <(printf '%s\n' "${by_hand[@]}") | grep -vE '^servers/[^/]+/' | with_shell)
    mapfile -t plots < <(files plot -- -name '*.R' -o -name '*.mjs')

    # The commands below take parts as separate words.
    # shellcheck disable=SC2046
    {
        headers_in "${client[@]}"
        grep -E '^LIBS' Makefile | grep -oE -- '-l[a-z_]+' | sed "s/^-l/Makefile:$(grep -n '^LIBS' Makefile | sed 's/:.*//') library /"
        commands_in benchmark/bench.sh benchmark/sweep.sh benchmark/setup.sh servers/needs
        commands_in_makefile Makefile '^(client|servers|server-%|[$].*)'
        commands_in_makefile servers/Makefile '^(asan|tsan|copies|[$].*SANITIZED)' not
    } | hold_against bench.sh $(set_up_by benchmark/bench.sh)

    # shellcheck disable=SC2046
    {
        headers_in "${sources[@]}"
        libraries_in Makefile
        sanitizers_in Makefile servers/Makefile
        commands_in "${scripts[@]}"
        commands_in_makefile Makefile
        commands_in_makefile servers/Makefile
        r_packages_in $(grep -E '\.R$' <(printf '%s\n' "${plots[@]}"))
        spawned_in "${plots[@]}" "${sources[@]}"
        grep -Hno '"chromium"' plot/tests/*.mjs | sed 's/:"/ command /; s/"$//'
    } | hold_against "make test" $(set_up_by Makefile test)

    for rule in plot report; do
        # shellcheck disable=SC2046
        {
            r_packages_in $(grep -E '\.R$' <(printf '%s\n' "${plots[@]}") | grep -v /tests/)
            spawned_in $(grep -E '\.R$' <(printf '%s\n' "${plots[@]}") | grep -v /tests/)
            commands_in_makefile Makefile "^($rule|[$].*)"
            headers_in "${client[@]}"
        } | hold_against "make $rule" $(set_up_by Makefile "$rule")
    done

    # What the messages of lint.sh and fuzz.sh tell users to set up, and what the benchmarks need.
    { headers_in "${sources[@]}"; commands_in client/test/lint.sh client/test/floors.sh client/test/set_up.sh; } | hold_against lint client servers lint
    { headers_in client/test/fuzz/*.cc; commands_in client/test/fuzz.sh; } | hold_against fuzz client fuzz
    { headers_in client/bench/*.{cc,hh,c,h}; commands_in "${by_hand[@]}"; commands_in_makefile Makefile '^bench'; } |
        hold_against bench client servers bench
}

find_alternatives
touch "$scratch/found" "$scratch/undecided"
check_servers
check_tree
cat "$scratch/found"
[[ ! -s $scratch/found ]] || exit 1
cat "$scratch/undecided"
[[ ! -s $scratch/undecided ]] || exit 77
