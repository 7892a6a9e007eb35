# How the scripts here speak to whoever called them. Sourced; `speaker` is the name before each message.
# shellcheck shell=bash

say() {
    local text=$*
    # Escapes what a terminal would interpret: the words come from outside.
    [[ $text != *[[:cntrl:]]* ]] || printf -v text %q "$text"
    # shellcheck disable=SC2154
    printf '%s: %s\n' "$speaker" "$text" >&2
}
fail() { say "$*"; exit 1; }
