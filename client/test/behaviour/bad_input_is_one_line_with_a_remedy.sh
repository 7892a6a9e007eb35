#!/usr/bin/env bash
# One line on stderr that names the value and what to do, nothing on stdout, a status that is not 0.
# Not with the thread sanitizer: what is refused has not started a thread.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

refused() { # STATUS TEXT ARGUMENT...
    local expected=$1 text=$2
    shift 2
    run "$volley" "$@"
    [[ $status -eq $expected ]] || fail "status $status instead of $expected: $*"
    expect_one_line_on_stderr
    expect_err "$text"
    expect_err '; '
    [[ ! -s $out ]] || fail "something on stdout: $*"
}
server=$servers/c-epoll
refused 2 "port '0'.*1 to 65535" -p 0
refused 2 "port '65536'" -p 65536
refused 2 "port 'http'" -p http
refused 2 "clients '0'.*1 to 1000000" -c 0 -- "$server"
refused 2 "clients '1000000000'" -c 1000000000 -- "$server"
refused 2 "unrecognised option '--frobnicate'" --frobnicate
refused 2 'nothing to measure'
refused 1 "'no-such-host.invalid' does not resolve" --host no-such-host.invalid -p 80
refused 1 'Connection refused' -p 1
refused 2 "'/nonexistent/server' does not exist" -- /nonexistent/server
refused 2 "'/etc/passwd' is not executable" -- /etc/passwd
refused 2 "'/etc' is a directory" -- /etc
refused 2 'CPU 9999.*choose among' --client-cpus 9999 -- "$server"
refused 2 'CPU 9999.*choose among' --server-cpus 9999 -- "$server"
refused 2 'server-node 999: no such node' --server-node 999 -- "$server"
refused 2 'exclude each other' -p 1 -- "$server"
refused 2 'put the server and its arguments after --' "$server"
refused 2 "driver 'swim'" --driver swim -- "$server"
refused 2 "message '0'.*1 to 16777216" -m 0 -- "$server"
refused 2 "run-time '0'.*from 50ms" -d 0 -- "$server"
refused 2 "precision '0'" --precision 0 -- "$server"
refused 2 "statistic 'p42'" --statistic p42 -- "$server"
refused 2 "config '/nonexistent/options'" --config /nonexistent/options -- "$server"
printf 'clients = 3\nfrobnicate = 4\n' >"$TMPDIR/options"
refused 2 frobnicate --config "$TMPDIR/options" -- "$server"

# A result file that cannot take results is found before anything is started.
server=$TMPDIR/server
printf '#!/bin/sh\ntouch "%s/started"\nexec "%s" "$@"\n' "$TMPDIR" "$servers/c-epoll" >"$server"
chmod +x "$server"
for kind in json csv hgrm; do
    refused 2 'result file .*mkdir -p' --$kind "$TMPDIR/missing/results" -- "$server"
    refused 2 'result file .*Is a directory' --$kind "$TMPDIR" -- "$server"
    refused 1 'No space left' --$kind /dev/full -- "$server"
done
if can_be_nobody; then
    mkdir "$TMPDIR/closed"
    run_as_nobody '-n 1024' --json "$TMPDIR/closed/results" -- "$server"
    expect_status 2
    expect_one_line_on_stderr
    expect_err 'result file .*Permission denied'
elif [[ $(id -u) -ne 0 ]]; then
    mkdir -m 555 "$TMPDIR/closed"
    refused 2 'result file .*Permission denied' --json "$TMPDIR/closed/results" -- "$server"
fi
[[ ! -e $TMPDIR/started ]] || fail "a server was started although a result file could not be written"
run "$volley" "${short[@]}" --json "$TMPDIR/results" -- "$server"
[[ -e $TMPDIR/started ]] || fail "this server does not tell that it was started"
