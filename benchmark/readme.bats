#!/usr/bin/env bats
# benchmark/README.md explains every field of the result and every warning that the client can give, and no other warning.

readme=$BATS_TEST_DIRNAME/README.md
client=$BATS_TEST_DIRNAME/../client

@test "every field of the result table is explained" {
    fields=$(sed -nE 's/^ *\{"([a-z0-9_]+)", "[^"]*".*/\1/p' "$client/run/result.cc")
    [ "$(wc -w <<<"$fields")" -ge 30 ]
    for field in $fields; do
        grep -qF "\`$field\`" "$readme" || { echo "not in benchmark/README.md: $field"; return 1; }
    done
}

@test "every warning has a heading, and every such heading a warning, in the order of the list" {
    # The ids are the only texts of this form in that file: lower case, words joined by hyphens.
    warnings=$(grep -oE '"[a-z-]+"' "$client/host/warnings.cc" | tr -d '"')
    headings=$(sed -n 's/^### //p' "$readme")
    [ "$warnings" ]
    diff <(echo "$warnings") <(echo "$headings")
}
