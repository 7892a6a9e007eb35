#!/bin/bash
# Every server that is built passes conform. Which ones they are depends on what this machine has.
set -euo pipefail

directory=${VOLLEY_DIR:-target}
checked=()
failed=()
for server in target/servers/*; do
    [[ -x $server ]] || continue
    name=${server##*/}
    status=0
    output=$(timeout 300 "$directory/conform" "$server" 2>&1) || status=$?
    if ((status == 77)); then
        printf '%s\n' "$output"
        continue
    fi
    checked+=("$name")
    if ((status != 0)); then
        failed+=("$name")
        printf '%s:\n%s\n' "$name" "$(grep -A4 '^FAIL' <<<"$output" || tail -n 5 <<<"$output")"
    fi
done
if ((${#checked[@]} == 0)); then
    echo "no server is built; make servers builds them"
    exit 77
fi
echo "checked: ${checked[*]}"
((${#failed[@]} == 0))
