#!/usr/bin/env bash
# Renews recorded output in the documentation. Such a block is fenced, and the comment before it holds the commands that print it:
#
#   <!-- recorded: show 'benchmark/bench.sh 16 1 c-epoll' | sed '/^  client /q' -->
#
# The commands run in the root of the project, and what they print on the standard output takes the place of the block. They may use
#   show COMMAND                   prints "$ COMMAND", then runs it
#   interrupted SECONDS COMMAND    the same, and presses Ctrl-C after so many seconds
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: record.sh [--list] [PAGE | PAGE:N]...      (default: every page that holds recorded output)

Runs the commands of each recorded block of PAGE, or of its Nth alone, and replaces the block with what they print. Blocks whose commands
fail or print nothing stay as they are, and the status is 1. Record on a quiet machine, and read the text around a block afterwards.

--list   prints PAGE:N and the commands of each block, and runs nothing

example: record.sh README.md:1 benchmark/method.md
TEXT
}

fail() { printf 'record.sh: %s\n' "$*" >&2; exit 2; }

# The shell prelude for the commands of a block.
# shellcheck disable=SC2016 # expanded where they run
commands_prelude='
show() { printf "$ %s\n" "$1"; eval "$1" </dev/null; }
interrupted() { printf "$ %s\n" "$2"; timeout --foreground --signal=INT "$1" bash -c "exec $2" </dev/null || true; }
'

record_page() { # PAGE N-OR-EMPTY
    local page=$1 wanted=$2 line commands='' state=text number=0 output
    local -a lines kept=()
    mapfile -t lines <"$page"
    for line in "${lines[@]}"; do
        case $state in
            text)
                kept+=("$line")
                if [[ $line == '<!-- recorded: '* ]]; then
                    commands=${line#'<!-- recorded: '}
                    state=commands
                fi ;;
            commands)
                kept+=("$line")
                commands+=$'\n'$line ;;
            fence)
                [[ $line == '```' ]] || fail "$page: recorded block $number is not followed by a line \`\`\`"
                kept+=("$line")
                output=
                state=block
                [[ $wanted && $wanted != "$number" ]] || new_output "$page" "$number" "$commands" ;;
            block)
                # The old block is dropped if there is a new one.
                if [[ $line == '```' ]]; then
                    [[ ! $output ]] || kept+=("$output")
                    kept+=("$line")
                    state=text
                elif [[ ! $output ]]; then
                    kept+=("$line")
                fi ;;
        esac
        if [[ $state == commands && $commands == *' -->' ]]; then
            commands=${commands%' -->'}
            number=$((number + 1))
            state=fence
        fi
    done
    [[ $state == text ]] || fail "$page: recorded block $number has no end"
    [[ ! $wanted || $wanted -le $number ]] || fail "$page has $number recorded blocks, and no number $wanted"
    [[ $list ]] || printf '%s\n' "${kept[@]}" | cmp -s - "$page" || printf '%s\n' "${kept[@]}" >"$page"
}

# Sets output, which stays empty if the block is to be kept.
new_output() { # PAGE N COMMANDS
    if [[ $list ]]; then
        printf '%s:%s\n%s\n' "$1" "$2" "$3"
        return
    fi
    printf 'record.sh: %s:%s\n' "$1" "$2" >&2
    if ! output=$(bash -c "$commands_prelude$3" </dev/null) || [[ ! $output ]]; then
        printf 'record.sh: %s:%s stays as it is: its commands failed or printed nothing\n' "$1" "$2" >&2
        output=
        status=1
    fi
}

list=
status=0
pages=()
for word in "$@"; do
    case $word in
        -h | --help) usage; exit ;;
        --list) list=yes ;;
        -*) fail "unknown option $word; record.sh --help explains" ;;
        *) pages+=("$word") ;;
    esac
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ ${#pages[@]} -eq 0 ]]; then
    mapfile -t pages < <(grep -ls '^<!-- recorded: ' -- *.md */*.md */*/*.md)
fi
for page in "${pages[@]}"; do
    number=
    if [[ $page =~ ^(.*):([0-9]+)$ ]]; then
        page=${BASH_REMATCH[1]}
        number=${BASH_REMATCH[2]}
    fi
    [[ -f $page ]] || fail "no page $page; pages are named from the root of the project, as README.md"
    record_page "$page" "$number"
done
exit "$status"
