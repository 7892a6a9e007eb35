#!/usr/bin/env bash
# If each connection beyond a short listen queue takes a second, conform and the client say so within seconds, with the number of open
# connections. Every check of conform has a limit, and shows its progress on a terminal only.
# Not with the thread sanitizer: conform has one thread.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

conform=$VOLLEY_DIR/conform
queue=(--fault short-listen-queue=5)

run timeout 60 "$conform" --only connections-1000 "$fake" "${queue[@]}"
expect_status 1
expect_out '^FAIL connections-1000$'
expect_out '[0-9] of 1000 connections were open by then; [0-9]* connection requests had to be sent again after a second: the likely cause is a listen queue'

run timeout 60 "$volley" -c 1000 --connect-timeout 3s "${short[@]}" -- "$fake" "${queue[@]}"
expect_status 1
expect_one_line_on_stderr
expect_err 'only [0-9]* of 1000 connections were opened and answered within 3.00 s (--connect-timeout), and [0-9]* had to wait'
expect_err "the likely cause is that the server's listen queue is too short"
expect_err 'listen(fd, SOMAXCONN)'

# A server that is slow for another reason is not reported like this.
run timeout 60 "$volley" -c 3 --connect-timeout 2s "${short[@]}" -- "$fake" --fault one-at-a-time
expect_status 1
expect_err 'only 1 of 3 connections were opened and answered'
! grep -q 'listen queue' "$err" || fail "the listen queue is blamed"

# Each reply comes within its time, and all of them together would take 200 s.
run timeout 60 "$conform" --only silent-beside-busy "$fake" --fault late=1000
expect_status 1
expect_out 'expected  done within 10 s'

# servers/check gives conform more time than all its checks may take together.
run "$conform" --list
expect_status 0
all=$(sed -nE 's/.*  within ([0-9]+) s$/\1/p' "$out" | awk "{ sum += \$1 } END { print sum }")
given=$(sed -nE 's/^conform_seconds=([0-9]+).*/\1/p' servers/check)
[[ $(grep -c '' "$out") -eq $(grep -c ' within [0-9]* s$' "$out") ]] || fail "a check has no limit"
((all < given)) || fail "the checks may take $all s together, servers/check gives $given s"

run "$conform" --only adds-one --only idle-costs-nothing "$servers/c-epoll"
expect_status 0
[[ ! -s $err ]] || fail "something on stderr, which is no terminal"
command -v script >/dev/null || skip "script(1) is missing"
run script -qec "'$conform' --only adds-one --only sigterm-idle '$fake' --fault ignores-sigterm" /dev/null
expect_out 'sigterm-idle  2 of 2  [1-9] s'
