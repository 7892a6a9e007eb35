# Bash completion for volley and its programs: options as --help lists them, checks as conform lists them, otherwise files.
# shellcheck shell=bash

# Called by bash with the command, the word to complete and the word before it; sets COMPREPLY.
_volley() {
    local program=${1/#\~\//$HOME/} word=$2 before=$3 i
    COMPREPLY=()
    # Words after "--" belong to the server.
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} != -- ]] || break
    done
    if ((i == COMP_CWORD)) && [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --help 2>/dev/null | grep '^  ' | grep -oE -e '--[a-z][a-z-]*' | sort -u)" -- "$word")
    elif [[ $before == --only ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --list 2>/dev/null | grep -oE -e '^[a-z0-9-]+')" -- "$word")
    elif [[ $before == --driver ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'block wait spin' -- "$word")
    elif [[ $before == --transport ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'tcp unix unix-seqpacket' -- "$word")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -F _volley volley volley-conform volley-compare volley-sweep
