# What the scripts here do first, and how they speak to whoever called them. Sourced; `speaker` is the name before each message.
# shellcheck shell=bash

# A descriptor of 0 to 2 that the caller closed would go to the next file opened. /dev/null takes its place; writing to standard output still fails.
for open in '0<' '1<' '2>'; do
    [[ -e /dev/fd/${open%?} && ! /dev/fd/${open%?} -ef ${BASH_SOURCE[-1]} ]] || eval "exec $open/dev/null"
done

say() {
    local text=$*
    # Escapes what a terminal would interpret: the words come from outside.
    [[ $text != *[[:cntrl:]]* ]] || printf -v text %q "$text"
    # shellcheck disable=SC2154
    printf '%s: %s\n' "$speaker" "$text" >&2
}
fail() { say "$*"; exit 1; }
