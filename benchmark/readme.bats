#!/usr/bin/env bats
# The pages in benchmark/ explain every field of the result and every warning that the client can give, and no other warning;
# and every link within the documentation leads somewhere.

results=$BATS_TEST_DIRNAME/results.md
machine=$BATS_TEST_DIRNAME/machine.md
client=$BATS_TEST_DIRNAME/../client

@test "every field of the result table is explained" {
    fields=$(sed -nE 's/^ *\{"([a-z0-9_]+)", "[^"]*".*/\1/p' "$client/run/result.cc")
    [ "$(wc -w <<<"$fields")" -ge 30 ]
    for field in $fields; do
        grep -qF "\`$field\`" "$results" || { echo "not in benchmark/results.md: $field"; return 1; }
    done
}

@test "every warning has a heading, and every such heading a warning, in the order of the list" {
    # The ids are the only texts of this form in that file: lower case, words joined by hyphens.
    warnings=$(grep -oE '"[a-z-]+"' "$client/host/warnings.cc" | tr -d '"')
    headings=$(sed -n 's/^### //p' "$machine")
    [ "$warnings" ]
    diff <(echo "$warnings") <(echo "$headings")
}

# A heading's anchor as GitHub makes it: lower case, blanks become hyphens, only letters, digits, hyphens and underscores stay.
anchors_of() { # FILE
    awk '/^```/ { fenced = !fenced } !fenced && /^#+ / { sub(/^#+ /, ""); print }' "$1" | tr '[:upper:]' '[:lower:]' |
        sed -E 's/ /-/g; s/[^a-z0-9_-]//g'
    grep -oE '<a name="[^"]+"' "$1" | sed -E 's/.*"([^"]+)"/\1/' || true
}

# Links of the form [text](target), outside of code; those to other sites are not looked at. One line for each that leads nowhere.
dead_links() { # FILE...
    local file link path anchor target
    for file in "$@"; do
        while IFS= read -r link; do
            path=${link%%#*}
            anchor=${link#"$path"}
            target=$(dirname "$file")/$path
            [[ $path ]] || target=$file
            if [[ ! -e $target ]]; then
                echo "${file#"$BATS_TEST_DIRNAME/../"}: no file $link"
            elif [[ $anchor && $target == *.md ]] && ! anchors_of "$target" | grep -qxF -e "${anchor#\#}"; then
                echo "${file#"$BATS_TEST_DIRNAME/../"}: no heading $link"
            fi
        done < <(awk '/^```/ { fenced = !fenced } !fenced && !/^    /' "$file" | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\(//; s/\)$//' |
            grep -vE '^[a-z]+:' || true)
    done
}

@test "every link between the pages leads to a file and a heading that exist" {
    cd "$BATS_TEST_DIRNAME/.."
    pages=(*.md benchmark/*.md benchmark/results/*.md client/*.md plot/*.md servers/*.md)
    [ "${#pages[@]}" -ge 8 ]
    dead=$(dead_links "${pages[@]}")
    [ ! "$dead" ] || { echo "$dead"; return 1; }
    # And it can tell.
    printf '%s\n' '## A heading, and one' '[a](#a-heading-and-one) [b](#none) [c](missing.md) [d](https://example.org)' >"$BATS_TEST_TMPDIR/page.md"
    run dead_links "$BATS_TEST_TMPDIR/page.md"
    [ "$(wc -l <<<"$output")" = 2 ]
    [[ $output == *"no heading #none"*"no file missing.md" ]]
}
