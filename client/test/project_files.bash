# For scripts that look at every file of the project; to be sourced.
# shellcheck shell=bash

# Files below the given paths, except built ones, sorted, with a NUL after each. Paths begin as given: "client", or "./client".
project_files() { # PATH... -- FIND-EXPRESSION
    local -a where=()
    while [[ $1 != -- ]]; do
        where+=("$1")
        shift
    done
    shift
    find "${where[@]}" \( -name .git -o -path target -o -path ./target -o -path 'servers/*/target' -o -path './servers/*/target' -o \
        -name node_modules \) -prune -o -type f \( "$@" \) -print0 | sort -z
}
