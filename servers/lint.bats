#!/usr/bin/env bats
# servers/lint has a message for everything that can be wrong with a directory, with the file, what was found, what is allowed and what to do;
# and none for what is right.

setup() {
    tree="$BATS_TEST_TMPDIR/a tree"
    mkdir -p "$tree/servers/good" "$tree/commands"
    cp "$BATS_TEST_DIRNAME/lint" "$tree/servers/"
    cd "$tree/servers" || return
    # shellcheck disable=SC2016
    printf '%s\n' '# good: made up' 'CFLAGS ?= -O2' 'good: good.c' '	$(CC) $(CFLAGS) -o $@ $<' '.PHONY: clean' 'clean:' >good/Makefile
    echo /good >good/.gitignore
    printf '%s\n' 'summary = "made up"' 'language = "C"' 'runtime = "POSIX"' 'io = "poll"' 'concurrency = "single"' 'style = "idiomatic"' \
        'transports = ["tcp"]' 'capabilities = ["size"]' 'needs = ["command:cc", "kernel:3.9", "define:a/b.h:B:1"] # why' >good/server.toml
    lines_of 80 good/good.c
}

lines_of() { # COUNT PATH: a program of so many lines
    { printf '// Needs: nothing.\n// Try: it.\n'; for ((i = 2; i < $1; i++)); do echo "int a$i;"; done; } >"$2"
}
toml() { # KEY REST: replaces the line of a key, or adds it
    sed -i "/^$1 *=/d" good/server.toml
    [[ ! ${2:-} ]] || printf '%s = %s\n' "$1" "$2" >>good/server.toml
}
lint() { run ./lint "$@"; }
# One message, which has these parts in this order.
says() { # PART...
    lint good
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 2 ]
    [ "${lines[-1]}" = "servers: 1, messages: 1" ]
    local part rest=${lines[0]}
    for part in "$@"; do
        [[ $rest == *"$part"* ]] || { echo "lacks: $part"; return 1; }
        rest=${rest#*"$part"}
    done
}
is_clean() {
    lint good
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "servers: 1, messages: 0" ]
}
in_git() {
    git init -q ..
    git -C .. -c user.name=x -c user.email=x@x.invalid add servers
}

@test "what is right has no message" {
    is_clean
    [ "${#lines[@]}" -eq 1 ]
}

@test "a directory whose name begins with a dot is none, and an unknown one is a usage error" {
    cp -R good .template
    toml io '"wrong"'
    cp good/server.toml .template/
    toml io '"poll"'
    lint
    [ "$status" -eq 0 ]
    lint nowhere
    [ "$status" -eq 2 ]
    [[ $output == *"no directory servers/nowhere"* ]]
}

@test "name: its letters" {
    mv good Good_one
    lint Good_one
    [ "$status" -eq 1 ]
    [[ ${lines[0]} == "servers/Good_one: a name consists of a-z, 0-9 and -"*"rename it" ]]
}

@test "name: its length" {
    mv good a-name-of-more-than-24-characters
    lint
    [[ ${lines[0]} == *"at most 24 characters: rename it" ]]
}

@test "layout: Makefile, server.toml and .gitignore" {
    for file in Makefile server.toml .gitignore; do
        mv "good/$file" aside
        says "servers/good: $file is missing" "add it"
        mv aside "good/$file"
    done
}

@test "layout: where the executable is a script nothing need be ignored" {
    rm good/good.c good/.gitignore
    lines_of 80 good/good
    sed -i '1i #!/usr/bin/env python3' good/good
    is_clean
}

@test "Makefile: the target of its name" {
    sed -i 's/^good:/goo:/' good/Makefile
    says "servers/good/Makefile: there is no target good" "add it"
}

@test "Makefile: clean; being phony is not being there" {
    sed -i '/^clean:/d' good/Makefile
    says "servers/good/Makefile: there is no target clean" "add it"
}

@test "Makefile: a target beside others, and with prerequisites, is one" {
    sed -i 's/^good: good.c/target\/x good: good.c target/' good/Makefile
    is_clean
}

@test "Makefile: a comment first" {
    sed -i 1d good/Makefile
    says "servers/good/Makefile:1: there is no opening comment" "c-epoll/Makefile"
}

@test "Makefile: the flags of the sanitizers" {
    # shellcheck disable=SC2016
    sed -i 's/$(CFLAGS)/-O2/' good/Makefile
    says "servers/good/Makefile: CFLAGS is not used" "compile with"
    toml language '"C++"'
    says "servers/good/Makefile: CXXFLAGS is not used"
    toml language '"Go"'
    is_clean
}

@test "server.toml: values that are not in the lists" {
    toml io '"select"'
    says 'servers/good/server.toml:9: io is "select"' 'one of: blocking, poll, epoll, io_uring, async-runtime, busy-poll, bypass'
    toml io '"poll"'
    toml concurrency '"threads"'
    says 'concurrency is "threads"' 'thread-per-connection, process-per-connection, pool, thread-per-core'
    toml concurrency '"single"'
    toml style '"fast"'
    says 'style is "fast"' 'idiomatic, optimized, experiment'
    toml style '"idiomatic"'
    toml transports '["tcp", "udp"]'
    says 'transports is "udp"' 'tcp, rsocket'
    toml transports '["tcp", "unix", "unix-seqpacket"]'
    is_clean
    toml transports '["tcp"]'
    toml capabilities '["sizes"]'
    says 'capabilities is "sizes"' 'size'
}

@test "server.toml: keys that are missing, unknown, forbidden or there twice" {
    for key in summary language runtime io concurrency style transports capabilities needs; do
        cp good/server.toml aside
        toml "$key"
        says "servers/good/server.toml: $key is missing" "add it"
        cp aside good/server.toml
    done
    echo 'sumary = "x"' >>good/server.toml
    says 'servers/good/server.toml:10: sumary is unknown' 'the keys are: summary, language' 'correct it'
    for key in name port build results; do
        sed -i '10d' good/server.toml
        echo "$key = \"x\"" >>good/server.toml
        says "servers/good/server.toml:10: $key does not belong here" "leave it out"
    done
    sed -i '10d' good/server.toml
    echo 'style = "idiomatic"' >>good/server.toml
    says 'servers/good/server.toml:10: style is given twice' 'leave one out'
}

@test "server.toml: flat, one line, no escapes" {
    echo '[server]' >>good/server.toml
    says 'servers/good/server.toml:10: "[server]" is not allowed' 'without tables'
    sed -i '10d' good/server.toml
    toml summary '"a \"quoted\" word"'
    says 'summary is not a single string without escapes' 'write summary = "text"'
    toml summary '["one"]'
    says 'summary is not a single string'
    toml summary '"one"'
    toml transports '"tcp"'
    says 'transports is not an array of strings on one line' '["text", "text"]'
    toml transports '['
    says 'transports is not an array of strings on one line'
}

@test "server.toml: comments, blank lines, empty lists and optional keys are right" {
    mkdir other
    touch other/server.toml
    toml capabilities '[]   # none'
    toml needs '[ "command:a" ,"command:b" ]'
    printf '%s\n' '' '# a comment' 'variant_of = "other"' 'warmup = 2.5 # seconds' >>good/server.toml
    is_clean
    toml warmup '"3"'
    is_clean
}

@test "server.toml: the summary has a limit, and is not empty" {
    toml summary "\"$(printf 'x%.0s' {1..121})\""
    says 'summary has 121 characters, but at most 120 are allowed' 'only the technique'
    toml summary '""'
    says 'summary is empty' 'name the technique'
}

@test "server.toml: warmup is a number" {
    toml warmup '"2s"'
    says 'warmup is "2s"' 'a number of seconds' 'warmup = 2'
    toml warmup 'long'
    says 'warmup is "long"'
}

@test "server.toml: variant_of is another server" {
    toml variant_of '"nobody"'
    says 'variant_of is "nobody"' 'another server here' 'leave it out'
    toml variant_of '"good"'
    says 'variant_of is "good"'
}

@test "needs: the kinds and their forms" {
    toml needs '["package:go"]'
    says 'servers/good/server.toml:9: needs has "package:go"' 'one of: command, library, header, define, kernel, cpu, file, preload' 'README.md'
    toml needs '["go"]'
    says 'needs has "go", but the kind must be one of'
    for wrong in command:go:new kernel:new define:a.h:B file:relative cpu: library:; do
        toml needs "[\"$wrong\"]"
        says "needs has \"$wrong\", which is not a valid ${wrong%%:*}:… entry"
    done
    for right in command:go:1.20 library:liburing:2.3 header:boost/asio.hpp define:a/b.hpp:A_B:107400 kernel:6.1 cpu:avx2 'file:/dev/x*' preload:libx.so; do
        toml needs "[\"$right\"]"
        is_clean
    done
}

@test "program: there is one, and it opens with what it needs and how to try it" {
    sed -i 's/Needs:/Wants:/' good/good.c
    says 'servers/good/good.c:1: the opening comment lacks "Needs:"' 'add it'
    lines_of 80 good/good.c
    sed -i 's/Try:/Use:/' good/good.c
    says 'lacks "Try:"'
    rm good/good.c
    says 'servers/good: there is no source' 'add it'
}

@test "program: too long breaks the rule, a little too long or very short is noted" {
    lines_of 401 good/good.c
    says 'servers/good/good.c: it has 401 lines' 'about 250 and at most 400' 'shorten it'
    lines_of 251 good/good.c
    is_clean
    [[ ${lines[0]} == "servers/good/good.c: note: 251 lines"* ]]
    lines_of 250 good/good.c
    is_clean
    [ "${#lines[@]}" -eq 1 ]
    lines_of 59 good/good.c
    is_clean
    [[ ${lines[0]} == *"note: only 59 lines"* ]]
}

@test "lock files: Rust, Go, Node.js, Ruby" {
    touch good/Cargo.toml
    says 'servers/good/Cargo.toml: there is no Cargo.lock' 'commit it'
    touch good/Cargo.lock
    printf 'module good\n\nrequire example.org/x v1.0.0\n' >good/go.mod
    says 'servers/good/go.mod: it requires modules, but there is no go.sum' 'commit it'
    printf 'module good\n' >good/go.mod
    printf '{ "dependencies": {\n "x": "1.0.0" } }\n' >good/package.json
    says 'servers/good/package.json: it has dependencies, but there is no package-lock.json' 'commit it'
    printf '{ "dependencies": {\n} }\n' >good/package.json
    is_clean
    touch good/Gemfile
    says 'servers/good/Gemfile: there is no Gemfile.lock' 'commit it'
}

@test "lock files: Python's hashes, Java's checksums" {
    printf '# a comment\nuvloop==0.19.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n' >good/requirements.txt
    is_clean
    echo 'x==1.0' >>good/requirements.txt
    says 'servers/good/requirements.txt: not every package is pinned by version and hash' 'sha256'
    echo 'x>=1.0 --hash=sha256:00' >good/requirements.txt
    says 'not every package is pinned'
    rm good/requirements.txt
    echo '<dependency>' >good/pom.xml
    says 'servers/good/pom.xml: it has dependencies, but there is no file of their checksums' 'add one'
    touch good/checksums.sha256
    is_clean
}

@test "what was built is not looked at" {
    mkdir -p good/target good/node_modules/x
    touch good/target/Cargo.toml
    echo '{"dependencies":{"a":"1"}}' >good/node_modules/x/package.json
    lines_of 1000 good/target/made.c
    is_clean
}

@test "formatter: what it would change is told, and that it is missing is noted" {
    printf '#!/bin/sh\nexit 1\n' >../commands/gofmt
    chmod +x ../commands/gofmt
    PATH=$tree/commands:$PATH
    lines_of 20 good/small.go
    says 'servers/good/small.go: gofmt would change the layout' 'run it'
    printf '#!/bin/sh\n' >../commands/gofmt
    is_clean
    for tool in bash sort find sed grep head tr wc cut dirname readlink awk git; do
        ln -sf "$(command -v "$tool")" "$tree/commands/$tool"
    done
    rm ../commands/gofmt
    PATH=$tree/commands run ./lint good
    [ "$status" -eq 0 ]
    [[ $output == *"servers/good/small.go: note: gofmt is not installed"* ]]
}

@test "a server that bypasses the kernel has an offload" {
    toml io '"bypass"'
    says 'servers/good: io is "bypass", but there is no executable offload' 'README.md'
    printf '#!/bin/sh\n' >good/offload
    chmod +x good/offload
    is_clean
}

@test "git: what is built is ignored, what is left over is named" {
    touch README.md
    in_git
    is_clean
    echo /other >good/.gitignore
    says 'servers/good/.gitignore: it does not ignore the executable that is built' 'add the line /good'
    echo /good >good/.gitignore
    touch good/leftover
    says 'servers/good/leftover: it is neither committed nor ignored' 'git add it'
}

@test "git: a script is committed, with its mode, and not ignored" {
    touch README.md
    rm good/good.c
    lines_of 80 good/good
    sed -i '1i #!/usr/bin/env python3' good/good
    : >good/.gitignore
    chmod +x good/good
    in_git
    is_clean
    git update-index --chmod=-x good/good
    says 'servers/good/good: it is committed with mode 100644, but must have mode 100755' 'git update-index --chmod=+x servers/good/good'
    git update-index --chmod=+x good/good
    echo /good >good/.gitignore
    says 'servers/good/.gitignore: it ignores good/good, which is committed' 'leave it out'
}

@test "several messages are counted together" {
    toml io '"x"'
    toml style '"y"'
    lint
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = "servers: 1, messages: 2" ]
}
