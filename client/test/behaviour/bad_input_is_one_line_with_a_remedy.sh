#!/usr/bin/env bash
# One line on stderr that names the value and what to do, nothing on stdout, a status that is not 0.
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
refused 2 'CPU 9999' --client-cpus 9999 -- "$server"
refused 2 'node' --server-node 999 -- "$server"
refused 2 'result file' --json /nonexistent/results.jsonl -- "$server"
refused 2 'result file' --csv / -- "$server"
refused 2 'result file' --hgrm /nonexistent/x -- "$server"
refused 1 'No space left' --json /dev/full -- "$server"
if [[ $(id -u) -eq 0 ]] && command -v setpriv >/dev/null; then
    install -d -m 755 "$TMPDIR/closed"
    chmod 755 "$TMPDIR"
    run setpriv --reuid 65534 --regid 65534 --clear-groups "$volley" --json "$TMPDIR/closed/x" -- "$server"
    [[ $status -ne 0 ]] || fail "an unwritable result file was accepted"
fi
