#!/usr/bin/env bash
# IPv6 as well as IPv4; the server is told where to listen.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

grep -qs '^0*1 ' /proc/net/if_inet6 || skip "this machine has no IPv6 loopback address"
for server in c-threaded c-epoll asio; do
    run "$volley" --host ::1 "${short[@]}" -- "$servers/$server"
    expect_status 3
    expect_out '2 of 2 complete'
done
run "$volley" --host localhost "${short[@]}" -- "$servers/c-epoll"
expect_status 3
