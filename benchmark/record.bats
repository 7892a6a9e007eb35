#!/usr/bin/env bats
# record.sh replaces recorded output in a page, and nothing else.

setup() {
    record=$BATS_TEST_DIRNAME/record.sh
    # A tree of its own: the script works in the root above it.
    tree="$BATS_TEST_TMPDIR/a tree"
    mkdir -p "$tree/benchmark"
    cp "$record" "$tree/benchmark/"
    cat >"$tree/page.md" <<'TEXT'
# A page

<!-- recorded: show 'echo one  two'
     echo three -->
```
$ old
old
```

```
not recorded
```
<!-- recorded: false -->
```
kept
```
TEXT
}

@test "a block is replaced by what its commands print, the rest stays" {
    sed -i 's/recorded: false/recorded: echo new/' "$tree/page.md"
    run "$tree/benchmark/record.sh"
    [ "$status" -eq 0 ]
    [ "$(sed -n '5,9p' "$tree/page.md")" = $'```\n$ echo one  two\none two\nthree\n```' ]
    [ "$(sed -n '11,13p' "$tree/page.md")" = $'```\nnot recorded\n```' ]
    [ "$(tail -n 3 "$tree/page.md")" = $'```\nnew\n```' ]
    cp "$tree/page.md" "$tree/once"
    "$tree/benchmark/record.sh"
    cmp "$tree/once" "$tree/page.md"
}

@test "a block whose commands fail stays, and the status says so" {
    run "$tree/benchmark/record.sh" page.md
    [ "$status" -eq 1 ]
    [[ $output == *"page.md:2 stays as it is"* ]]
    [ "$(tail -n 3 "$tree/page.md")" = $'```\nkept\n```' ]
    grep -qxF 'one two' "$tree/page.md"
}

@test "one block alone can be recorded, and all are listed without being run" {
    cp "$tree/page.md" "$tree/before"
    run "$tree/benchmark/record.sh" --list
    [ "$status" -eq 0 ]
    [[ $output == "page.md:1"*"echo three"*"page.md:2"*"false" ]]
    cmp "$tree/before" "$tree/page.md"
    run "$tree/benchmark/record.sh" page.md:1
    [ "$status" -eq 0 ]
    run cmp -s "$tree/before" "$tree/page.md"
    [ "$status" -eq 1 ]
    run "$tree/benchmark/record.sh" page.md:3
    [ "$status" -eq 2 ]
    [[ $output == *"page.md has 2 recorded blocks"* ]]
}

@test "a comment without a block after it is refused" {
    printf '%s\n' '<!-- recorded: echo a -->' 'text' >"$tree/page.md"
    run "$tree/benchmark/record.sh"
    [ "$status" -eq 2 ]
    [[ $output == *"page.md: recorded block 1 is not followed"* ]]
    printf '%s\n' '<!-- recorded: echo a' >"$tree/page.md"
    run "$tree/benchmark/record.sh"
    [ "$status" -eq 2 ]
    [ "$(cat "$tree/page.md")" = '<!-- recorded: echo a' ]
}

@test "every recorded block of the documentation is well formed" {
    run "$record" --list
    [ "$status" -eq 0 ]
    [ "$(grep -cE '^[A-Za-z/]+\.md:[0-9]+$' <<<"$output")" -ge 5 ]
}
