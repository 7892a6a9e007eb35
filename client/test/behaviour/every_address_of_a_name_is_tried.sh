#!/usr/bin/env bash
# A name with several addresses is tried on all of them in order; the one that answers is measured, and the report says which. If none does,
# the message names each with its reason.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

[[ $(id -u) -eq 0 ]] || skip "a hosts file and a network of one's own take root"
if [[ ! ${IN_NAMESPACE:-} ]]; then
    unshare --net --mount true 2>/dev/null || skip "a network of its own cannot be had here (unshare --net --mount)"
    exec env IN_NAMESPACE=yes unshare --net --mount "$0"
fi
ip link set lo up || skip "ip(8) is missing"
grep -qs '^0*1 ' /proc/net/if_inet6 || skip "this machine has no IPv6 loopback address"
printf '::1 twofold\n127.0.0.1 twofold\n127.0.0.1 localhost\n192.0.2.1 elsewhere\n192.0.2.1 half\n127.0.0.1 half\n' >"$TMPDIR/hosts"
mount --bind "$TMPDIR/hosts" /etc/hosts || skip "a hosts file of its own cannot be had here"
[[ $(getent ahosts twofold | awk '{ print $1 }' | uniq | paste -sd ' ') == "::1 127.0.0.1" ]] || skip "the hosts file is not asked here"

port=9000
listens() { grep -q ':2328 0*:0000 0A ' /proc/net/tcp /proc/net/tcp6; }
serve() { # COMMAND...
    "$@" >"$TMPDIR/server" 2>&1 </dev/null &
    server=$!
    await listens
}
end_server() { kill -KILL "$server"; wait "$server" 2>/dev/null || true; }
trap 'kill -KILL "$server" 2>/dev/null || true' EXIT

# On the second address only.
serve "$servers/c-epoll" -p $port
run "$volley" --host twofold -p $port "${short[@]}" --json "$TMPDIR/json"
expect_status 3
expect_out '2 of 2 complete'
expect_out 'twofold:9000: closed loop'
expect_out 'already running at 127.0.0.1, '
[[ $(grep -c '"server_host":"127.0.0.1"' "$TMPDIR/json") -eq 3 ]] || fail "the records do not say which address was measured"
run "$volley" --host twofold -p $port -c 2 "${short[@]}" --terminate
expect_status 3
wait "$server" || fail "the server was not ended by the zero challenge at its second address"

# On the first only; and a server that answers wrongly there while the one on the second is right.
serve "$servers/c-epoll" -p $port -b ::1
run "$volley" --host twofold -p $port "${short[@]}"
expect_status 3
expect_out 'already running at ::1, '
end_server
serve "$fake" -p $port -b ::1 --fault wrong-answer
wrong=$server
"$servers/c-epoll" -p $port >"$TMPDIR/server" 2>&1 </dev/null &
server=$!
await grep -q ':2328 0*:0000 0A ' /proc/net/tcp
run "$volley" --host twofold -p $port "${short[@]}"
expect_status 3
expect_out 'already running at 127.0.0.1, '
end_server
server=$wrong
end_server

# On none: both are named, with their reasons.
run "$volley" --host twofold -p $port "${short[@]}"
expect_status 1
expect_one_line_on_stderr
expect_err "no server at any of the 2 addresses of 'twofold': \[::1\]:9000 (Connection refused: nothing listens there), 127.0.0.1:9000 (Connection refused"
expect_err 'start a server there'

# Our servers listen on the address to which the client connects.
run "$volley" --host twofold "${short[@]}" -- "$servers/c-epoll"
expect_status 3
expect_out '2 of 2 complete'
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 || skip "IPv6 cannot be turned off here"
run "$volley" --host twofold "${short[@]}" --json "$TMPDIR/own" -- "$servers/c-epoll"
expect_status 3
grep -q '"server_host":"127.0.0.1"' "$TMPDIR/own" || fail "not at the address that this machine has"

# Each errno has a cause of its own.
run "$volley" --host ::1 -p $port "${short[@]}"
expect_status 1
expect_err 'Cannot assign requested address: this machine has no address of that family'
expect_err 'disable_ipv6'
run "$volley" --host elsewhere -p $port "${short[@]}"
expect_status 1
expect_err '192.0.2.1:9000 (Network is unreachable: this machine has no route there)'
! grep -q 'start a server' "$err" || fail "the wrong remedy"
run "$volley" --host elsewhere "${short[@]}" -- "$servers/c-epoll"
expect_status 1
expect_err 'this machine does not have this address'
run "$volley" --host nowhere.invalid -p $port "${short[@]}"
expect_status 1
expect_err "host 'nowhere.invalid' does not resolve: "
run "$volley" --host 127.0.0.1:9000 -p $port "${short[@]}"
expect_status 1
expect_err 'give the port with -p'
run "$volley" --host '' -p $port "${short[@]}"
expect_status 1
expect_one_line_on_stderr

# An address that never answers leaves time for the next.
ip route add blackhole 192.0.2.0/24 2>/dev/null || true
serve "$servers/c-epoll" -p $port
run "$volley" --host half -p $port "${short[@]}"
expect_status 3
expect_out 'already running at 127.0.0.1, '
