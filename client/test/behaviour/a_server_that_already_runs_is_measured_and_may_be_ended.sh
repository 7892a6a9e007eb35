#!/usr/bin/env bash
# With -p nothing is restarted, and the report says so. --terminate ends the server with the zero challenge; without it the server stays.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

for port in $((RANDOM % 10000 + 20000)) $((RANDOM % 10000 + 20000)) $((RANDOM % 10000 + 20000)); do
    start "$servers/c-epoll" -p "$port"
    server=$client
    sleep 0.2 # if the port is taken, the server has ended by now, or the next step reports it
    ! kill -0 "$server" 2>/dev/null || break
done
await bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
run "$volley" -p "$port" -c 2 "${short[@]}"
expect_status 3
expect_out 'restart variance not included'
expect_out 'warning: server-not-restarted'
kill -0 "$server" || fail "the server was ended unasked"
run "$volley" -p "$port" -c 2 "${short[@]}" --terminate
expect_status 3
finish
expect_status 0
