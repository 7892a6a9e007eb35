#!/usr/bin/env bash
# A preloaded network stack that is missing, broken, without a card or bypassed is reported: skipped with status 77, or named on the screen and in
# every file.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

command -v cc >/dev/null || skip "there is no C compiler"
project=$PWD
mkdir "$TMPDIR/stacks" "$TMPDIR/servers"
cp -r "$project/servers/"{needs,c-epoll,c-threaded,vma-epoll,xlio-epoll,onload-epoll,rsocket-threaded} "$TMPDIR/servers"
cd "$TMPDIR/servers"
for name in vma-epoll xlio-epoll onload-epoll rsocket-threaded; do
    make -s -B -C "$name" "$name"
done

# A stub that stands in for each of them. STUB: fails (with STUB_ERRNO), passes (to the kernel) or bypasses (a process of its own is the
# card).
cc -shared -fPIC -O1 -Wall -Wextra -Werror -o "$TMPDIR/stacks/libvma.so" "$project/client/test/stub_stack.c"
for name in libxlio.so libonload.so; do
    cp "$TMPDIR/stacks/libvma.so" "$TMPDIR/stacks/$name"
done

# Without the library: the needs say so, and the wrapper, the client and conform skip.
names=(vma-epoll:libvma.so xlio-epoll:libxlio.so onload-epoll:libonload.so)
for pair in "${names[@]}"; do
    name=${pair%:*} library=${pair#*:}
    # If a real one is installed, nothing is missing.
    if reason=$(./needs "$name"); then
        echo "$library is installed here"
        continue
    fi
    [[ $reason == "the library $library cannot be preloaded: cannot open shared object file" ]] || fail "needs say: $reason"
    for way in wrapper client conform one-check; do
        case $way in
            wrapper) run "$name/$name" -p 4000 ;;
            client) run "$volley" -- "$name/$name" ;;
            conform) run "$VOLLEY_DIR/conform" "$name/$name" ;;
            one-check) run "$VOLLEY_DIR/conform" --only wrong-port "$name/$name" ;;
        esac
        expect_status 77
        expect_one_line_on_stderr
        expect_err "$name: skipped: ld.so cannot preload $library"
        [[ ! -s $out ]] || fail "something on stdout"
    done
done

export LD_LIBRARY_PATH=$TMPDIR/stacks
before=$(find . | sort)

# The text of the report, joined across lines.
report() { tr -s ' \n' ' ' <"$out"; }
# NAME TEXT [VARIABLE=VALUE...]: measures; the reason is on the screen, as a warning, in each run of the JSON lines and in the table.
expect_not_offloaded() {
    local name=$1 reason=$2
    shift 2
    rm -f "$TMPDIR/"{json,csv}
    run env "$@" "$volley" "${short[@]}" --json "$TMPDIR/json" --csv "$TMPDIR/csv" -- "$name/$name"
    expect_status 3
    [[ $(report) == *"NOT OFFLOADED in 2 of 2 runs: $reason; the figures are not those of its network stack"* ]] || fail "the headline lacks: $reason"
    [[ $(report) == *"warning: not-offloaded: "*"$reason"* ]] || fail "no warning with: $reason"
    [[ $(grep -cF "\"offload\":\"not offloaded: $reason\"" "$TMPDIR/json") -eq 2 ]] || fail "not in both runs of the JSON lines: $reason"
    grep -q '"kind":"measurement".*"id":"not-offloaded"' "$TMPDIR/json" || fail "no warning in the line of the measurement"
    [[ $(grep -cF "not offloaded" "$TMPDIR/csv") -eq 3 ]] || fail "not in every row of the table"
}

for pair in "${names[@]}"; do
    name=${pair%:*} library=${pair#*:}
    ./needs "$name" >"$out" || fail "the needs of $name are not met with a library in LD_LIBRARY_PATH"
    for error in ENOSYS ENOPKG; do
        run env STUB=fails STUB_ERRNO=$error "$volley" "${short[@]}" --json "$TMPDIR/none" -- "$name/$name"
        expect_status 77
        expect_one_line_on_stderr
        expect_err "volley: $name: skipped: $library cannot open a socket: $error"
        [[ ! -s $out && ! -s $TMPDIR/none ]] || fail "a skipped server has results"
        run env STUB=fails STUB_ERRNO=$error "$VOLLEY_DIR/conform" "$name/$name"
        expect_status 77
        expect_err "conform: $name: skipped: $library cannot open a socket: $error"
    done
    # The library works, but the kernel carries the connections.
    run env STUB=passes STUB_INTERFACES=1 "$VOLLEY_DIR/conform" --only adds-one --only sigterm-busy --only wrong-port "$name/$name"
    expect_status 0
    expect_out '^3 passed, 0 failed'
done
for name in vma-epoll xlio-epoll; do
    expect_not_offloaded $name "lib${name%-epoll} found no network interface that it can offload" STUB=passes STUB_INTERFACES=0
    expect_not_offloaded $name "the kernel's own TCP carries 1 of the 1 connections, as it always does at 127.0.0.1, the loopback" STUB=passes STUB_INTERFACES=2
done
expect_not_offloaded onload-epoll "the process has no Onload TCP socket" STUB=passes

# The other documents on stdout have no place for it, so it is on stderr.
for output in --classic --quiet '--csv -' '--json -' '--hgrm -'; do
    # shellcheck disable=SC2086
    run env STUB=passes STUB_INTERFACES=0 "$volley" "${short[@]}" $output -- vma-epoll/vma-epoll
    expect_status 3
    expect_one_line_on_stderr
    expect_err '^volley: warning: not-offloaded: in 2 of 2 runs: libvma found no'
done

# A stack that does bypass the kernel.
for name in vma-epoll xlio-epoll; do
    rm -f "$TMPDIR/json"
    run env STUB=bypasses STUB_INTERFACES=1 "$volley" "${short[@]}" --json "$TMPDIR/json" -- $name/$name
    expect_status 3
    [[ $(report) == *", offloaded, a new process for each run"* && $(report) != *"NOT OFFLOADED"* && $(report) != *not-offloaded* ]] || fail "not offloaded"
    [[ $(grep -c '"offload":"offloaded"' "$TMPDIR/json") -eq 2 ]] || fail "not offloaded in the JSON lines"
done

# A wrapper that forgets to preload.
cp -r vma-epoll forgetful
mv forgetful/vma-epoll forgetful/forgetful
# shellcheck disable=SC2016
sed -i 's/^LD_PRELOAD=\$preload \(.*exec\)/\1/' forgetful/forgetful
expect_not_offloaded forgetful "libvma.so is not loaded in the process" STUB=passes STUB_INTERFACES=1
rm -r forgetful

# A check that cannot be made does not count as passed, and leaves nothing behind.
cp -r c-epoll careless
cc -O1 -pthread -o careless/careless c-epoll/c-epoll.c
sed -i 's/^io = .*/io = "bypass"/' careless/server.toml
expect_not_offloaded careless "the check failed: server '$TMPDIR/servers/careless/offload' cannot be executed: No such file or directory; check that the file is there, was built and is executable"
check() { # BODY REASON [OPTION...]
    printf '#!/bin/bash\n%s\n' "$1" >careless/offload
    chmod +x careless/offload
    expect_not_offloaded careless "the check failed: $2"
}
check 'echo "it seems so"' "it said: it seems so"
check 'echo offloaded; echo but slowly' "it said: offloaded | but slowly"
check ':' "it said nothing"
check 'echo offloaded; exit 4' "it exited with status 4, saying: offloaded"
check 'kill -9 $$' "it was killed by signal 9 (Killed)"
printf '#!/bin/bash\nsleep 4711 & sleep 4712\n' >careless/offload
run "$volley" --runs 1 --warmup 10ms --run-time 60ms --max-time 1s -- careless/careless
[[ $(report) == *"NOT OFFLOADED in 1 of 1 run: the check failed: no answer within 5"* ]] || fail "a check that hangs is not given up"
! pgrep -fx 'sleep 471[12]' >"$out" || fail "a check that hangs stays"
rm -r careless

# Any server may skip itself, but only before it serves.
mkdir shy
printf '#!/bin/bash\necho "shy: skipped: not today" >&2\nexit 77\n' >shy/shy
chmod +x shy/shy
run "$volley" -- shy/shy
expect_status 77
expect_err '^volley: shy: skipped: not today$'
expect_one_line_on_stderr
rm -r shy

# rsockets are not TCP. Without options the wrapper serves if there is an RDMA device. Otherwise it skips, because librspreload would use the
# kernel's TCP.
for program in "$volley" "$VOLLEY_DIR/conform"; do
    before_server=()
    [[ $program != "$volley" ]] || before_server=(--)
    run "$program" "${before_server[@]}" rsocket-threaded/rsocket-threaded
    expect_status 77
    expect_one_line_on_stderr
    expect_err 'rsocket-threaded: skipped: it speaks rsocket'
done
if [[ ! -e /dev/infiniband/rdma_cm ]]; then
    run rsocket-threaded/rsocket-threaded -p 4000
    expect_status 77
    expect_one_line_on_stderr
    expect_err '^rsocket-threaded: skipped: '
fi

[[ $(find . | sort) == "$before" ]] || fail "files are left behind: $(find . | sort | diff - <(echo "$before"))"
for process in /proc/[0-9]*; do
    [[ $(readlink "$process/exe" 2>/dev/null) != "$TMPDIR"/servers/* ]] || fail "a process is left behind: ${process##*/}"
done
