#!/usr/bin/env bash
# Over each local transport a server is measured, its faults are named as over TCP, strangers are refused by name, and a SIGKILL of either
# side leaves nothing behind.
# Not with the thread sanitizer: every_channel_test has the threads of these transports.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

# Of this machine, so other tests may hold some too.
names() { grep -o '@volley/.*' /proc/net/unix || true; }
holds() { names | grep -qxF "@volley/$1"; }
is_connected() { awk -v name="@volley/$1" '$6 == "03" && $8 == name { found = 1 } END { exit !found }' /proc/net/unix; }
no_longer_holds() { ! holds "$1"; }
free_number() { # TRANSPORT: one that nobody holds
    local number
    for ((number = 20000 + $$ % 20000; ; number++)); do
        holds "$1/$number" || break
    done
    printf '%s' "$number"
}
serve() { # TRANSPORT NUMBER [OPTION...]: leaves the process in $server
    "$fake" -t "$1" -p "$2" "${@:3}" 2>"$TMPDIR/server" &
    server=$!
    await holds "$1/$2"
}
end() { # PROCESS
    kill -KILL "$1"
    wait "$1" 2>/dev/null || true
}

is_measured() { # TRANSPORT OPTION...
    run "$volley" --transport "$1" "${short[@]}" "${@:2}"
    [[ $status -eq 3 || $status -eq 0 ]] || fail "$*: status $status"
    expect_out "over $1"
}
broken() { # TRANSPORT WHAT-IS-SAID FAULT [OPTION...]
    local driver
    for driver in block wait spin; do
        run "$volley" --transport "$1" -c 2 --driver $driver --timeout 1s "${short[@]}" "${@:4}" -- "$fake" --fault "$3"
        [[ $status -eq 1 ]] || fail "$1, $3 with $driver: status $status instead of 1"
        expect_err "$2"
        expect_one_line_on_stderr
    done
}

faults_are_named() { # TRANSPORT
    broken "$1" 'wrong reply on connection [0-9]*: .*received [0-9a-f]\{8\}' wrong-answer=20
    broken "$1" 'wrong reply on connection' wrong-payload -m 64
    broken "$1" 'duplicate reply on connection' answers-twice=20
    if [[ $1 == unix-seqpacket ]]; then # a message is a reply, neither less nor more
        broken "$1" 'wrong reply on connection [0-9]*: a message of 32 instead of 64 bytes: .*nothing more after 32 of 64' closes-mid-reply=20 -m 64
        broken "$1" 'wrong reply on connection [0-9]*: a message of more than 4 bytes: ' adds-a-byte
        broken "$1" 'wrong reply on connection [0-9]*: a message of 1 instead of 5 bytes: ' short-writes -m 5
    else
        broken "$1" 'missing reply on connection [0-9]*: .*closed the connection' closes-mid-reply=20 -m 64
        broken "$1" 'duplicate reply on connection [0-9]*: ' adds-a-byte
    fi
    broken "$1" 'missing reply on connection [0-9]*: the server closed the connection' resets-after=20
    broken "$1" 'missing reply on connection [0-9]*: no reply within 1.00 s' stalls-after=20
    broken "$1" 'the server exited with status 1 during a run' dies-after=20
    broken "$1" 'did not answer the first challenge' silent
    broken "$1" 'exited with status 3 before it was ready' exits-at-start=3
}

awkward_ones_are_measured() { # TRANSPORT
    local driver size
    for driver in block wait spin; do
        is_measured "$1" -c 3 --driver $driver -- "$fake"
        for size in 1 5 100000; do
            is_measured "$1" -c 2 --driver $driver -m $size -- "$fake"
        done
    done
    is_measured "$1" -- "$fake" --fault pads-its-name
    is_measured "$1" -c 20 -- "$fake" --fault short-listen-queue=2
    # It accepts nothing more, and its queue is full: not refused, but not open by the deadline.
    run "$volley" --transport "$1" -c 20 --connect-timeout 300ms "${short[@]}" -- "$fake" --fault short-listen-queue=100
    expect_status 1
    expect_err 'of 20 connections were opened'
}

a_killed_client_leaves_nothing() { # TRANSPORT
    start "$volley" --transport "$1" -c 4 --run-time 60s -- "$fake"
    await child_of "$client" >"$TMPDIR/child"
    server=$(child_of "$client")
    kill -KILL "$client"
    finish
    expect_gone "$server"
}

a_killed_server_is_the_end_of_the_connection() { # TRANSPORT
    local number
    number=$(free_number "$1")
    serve "$1" "$number"
    start "$volley" --transport "$1" -p "$number" --timeout 60s --run-time 60s
    await is_connected "$1/$number"
    sleep 0.3
    kill -STOP "$server" # so that a challenge is unread when it is killed
    sleep 0.1
    end "$server"
    finish
    expect_status 1
    expect_err 'missing reply on connection 1: the server closed the connection'
    await no_longer_holds "$1/$number"
}

strangers_are_refused() { # TRANSPORT
    local number
    cat >"$TMPDIR/sleepy" <<'SH'
#!/bin/bash
echo "$2" >"$0.number.new" && mv "$0.number.new" "$0.number"
exec sleep 60
SH
    chmod +x "$TMPDIR/sleepy"
    rm -f "$TMPDIR/sleepy.number"
    start "$volley" --transport "$1" "${short[@]}" -- "$TMPDIR/sleepy"
    await test -e "$TMPDIR/sleepy.number"
    number=$(<"$TMPDIR/sleepy.number")
    serve "$1" "$number"
    finish
    expect_status 1
    expect_err "connection to @volley/$1/$number: process $server (fake_server) of user $(id -u) listens there, which is not the server that was started"
    end "$server"
    if can_be_nobody; then
        chmod 755 "$TMPDIR"
        cp "$fake" "$TMPDIR/fake_server"
        setpriv --reuid 65534 --regid 65534 --clear-groups "$TMPDIR/fake_server" -t "$1" -p "$number" &
        server=$!
        await holds "$1/$number"
        run "$volley" --transport "$1" -p "$number" "${short[@]}"
        expect_status 1
        expect_err "process $server (fake_server) of user 65534 listens there, and this is user 0"
        end "$server"
    fi
    run "$volley" --transport "$1" -p "$number" "${short[@]}"
    expect_status 1
    expect_err "no server at @volley/$1/$number (Connection refused: nothing listens there)"
    expect_one_line_on_stderr
}

a_running_server_is_ended_on_request() { # TRANSPORT
    local number
    number=$(free_number "$1")
    serve "$1" "$number"
    is_measured "$1" -p "$number" --terminate
    wait "$server" || fail "the server did not end with status 0"
}

for transport in unix unix-seqpacket; do
    faults_are_named $transport
    awkward_ones_are_measured $transport
    a_killed_client_leaves_nothing $transport
    a_killed_server_is_the_end_of_the_connection $transport
    strangers_are_refused $transport
    a_running_server_is_ended_on_request $transport
done

# A packet has a limit, which is said.
run "$volley" --transport unix-seqpacket -m 16M "${short[@]}" -- "$fake"
expect_status 2
expect_err '--message 16777216: transport unix-seqpacket carries 1 to [0-9]* bytes; choose'
limit=$(sed -nE 's/.*carries 1 to ([0-9]+) bytes.*/\1/p' "$err")
is_measured unix-seqpacket -m "$limit" -- "$fake"
# A sanitizer makes the fake server slow.
largest=16M
! is_sanitized || largest=1M
is_measured unix -m $largest -- "$fake"

# A server that does not list the transport is skipped with the remedy; one that does is told which.
mkdir "$TMPDIR/listed"
cp "$fake" "$TMPDIR/listed/listed"
printf 'transports = ["tcp"]\n' >"$TMPDIR/listed/server.toml"
run "$volley" --transport unix "${short[@]}" -- "$TMPDIR/listed/listed"
expect_status 77
expect_err 'listed: skipped: it speaks tcp, not unix; choose a server .*, or measure with --transport tcp'
expect_one_line_on_stderr
printf 'transports = ["tcp", "unix"]\n' >"$TMPDIR/listed/server.toml"
is_measured unix -- "$TMPDIR/listed/listed"
is_measured tcp -- "$TMPDIR/listed/listed"
run "$volley" --transport unix --host 127.0.0.1 -- "$fake"
expect_status 2
expect_one_line_on_stderr
