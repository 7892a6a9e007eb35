#!/usr/bin/env bash
# A running server is connected to repeatedly. No connection leaves a port in TIME_WAIT, whether the run succeeded, failed, was interrupted
# or killed. With 500 ports, ten runs of 300 connections pass.
# Alone: it counts the ports that are in use.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

[[ $(id -u) -eq 0 ]] || skip "a network of its own takes root"
if [[ ! ${IN_NAMESPACE:-} ]]; then
    unshare --net true 2>/dev/null || skip "a network of its own cannot be had here (unshare --net)"
    exec env IN_NAMESPACE=yes unshare --net "$0"
fi
ip link set lo up || skip "ip(8) is missing"
echo '32768 33268' >/proc/sys/net/ipv4/ip_local_port_range || skip "the range of local ports cannot be set here"
port=9000
is_up() { exec 3<>/dev/tcp/127.0.0.1/$port; }
serve() { # COMMAND...
    kill -KILL "${server:-}" 2>/dev/null || true
    wait "${server:-}" 2>/dev/null || true
    "$@" -p $port >"$TMPDIR/server" 2>&1 </dev/null &
    server=$!
    await listens
}
trap 'kill -KILL "$server" 2>/dev/null || true' EXIT
listens() { awk '$2 ~ /:2328$/ && $4 == "0A" { found = 1 } END { exit !found }' /proc/net/tcp; }
# Sockets on the client's side: the other end is the server's port.
waiting() { awk '$3 ~ /:2328$/ && $4 == "06"' /proc/net/tcp | wc -l; }
stand() { [[ $(awk '$3 ~ /:2328$/ && $4 == "01"' /proc/net/tcp | wc -l) -ge $1 ]]; }
expect_no_port_waits() { [[ $(waiting) -eq 0 ]] || fail "$(waiting) ports wait after $1"; }
many=(-p "$port" -c 300 --run-time 50ms --warmup 0)

serve "$servers/c-epoll"
run "$volley" "${many[@]}" --runs 10
expect_status 3
expect_out '10 of 10 complete'
expect_no_port_waits "ten runs"
for driver in block spin; do
    run "$volley" -p $port -c 20 --driver $driver --runs 2 --run-time 50ms
    expect_status 3
    expect_no_port_waits "driver $driver"
done

# 10 connections need more ports than are left; the others are in use, not waiting.
start "$volley" -p $port -c 492 --run-time 10m --max-time 20m
await stand 492
run "$volley" -p $port -c 10 --runs 2 --run-time 50ms
expect_status 1
expect_one_line_on_stderr
expect_err 'no local port is left: the kernel hands out 500 local ports .*, 50[01] of them are taken towards 127.0.0.1:9000, 0 by connections that wait'
kill -INT "$client"
sleep 0.6
kill -INT "$client"
finish
expect_status 130
expect_no_port_waits "leaving at once"

start "$volley" -p $port -c 300 --run-time 10m --max-time 20m
await stand 300
kill -KILL "$client"
finish
expect_no_port_waits "SIGKILL"

# Failed runs: the other connections are closed in mid trip.
for fault in wrong-answer=3 closes-mid-reply=3 stalls-after=400 answers-twice=3; do
    serve "$fake" --fault $fault
    run "$volley" "${many[@]}" --timeout 1s --runs 1
    expect_status 1
    expect_no_port_waits "a run against $fault"
done

# The server is ended by the zero challenge, and closes first.
serve "$servers/c-threaded"
run "$volley" -p $port -c 2 --runs 2 --run-time 50ms --terminate
expect_status 3
! grep -q 'not terminated' "$out" || fail "it was not terminated"
wait "$server" || fail "the server ended with $?"
expect_no_port_waits "--terminate"

# More connections than there are ports are refused before anything is started.
run "$volley" -p $port -c 501
expect_status 2
expect_err '501 needs as many local ports towards one server; the kernel hands out 500'
echo '32768-32777' >/proc/sys/net/ipv4/ip_local_reserved_ports
run "$volley" -p $port -c 491
expect_status 2
expect_err 'the kernel hands out 490'
