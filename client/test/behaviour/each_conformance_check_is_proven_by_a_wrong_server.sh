#!/bin/bash
# Each check of conform fails, by name, against a server that breaks just its rule; and a check that
# the fault does not concern still passes. A check that is missing from the table fails this test.
# Not with the thread sanitizer: conform has one thread.
set -euo pipefail

directory=${VOLLEY_DIR:-target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$directory/test/fake_server" "$work/fake_server"
cat > "$work/server.toml" <<'TOML'
concurrency = "thread-per-core"
capabilities = ["size"]
transports = ["tcp", "unix", "unix-seqpacket"]
TOML

# check, the fault that must fail it, and a check that the same fault must leave alone ("-": none); over TCP if no transport follows
table='
becomes-ready                  never-ready                  missing-port
becomes-ready                  silent                       missing-port
becomes-ready                  exits-at-start=3             -
the-started-process-serves     forks-away                   adds-one
address-default                binds-everywhere             adds-one
address-ipv4                   ignores-address              address-default
address-ipv6                   ignores-address              adds-one
port-taken                     errors-with-status-0         adds-one
port-taken                     errors-in-silence            adds-one
port-taken                     errors-at-length             adds-one
port-taken                     errors-on-stdout             adds-one
port-taken-by-itself           shares-port                  port-taken
missing-port                   accepts-wrong-flags          port-taken
wrong-port                     accepts-wrong-flags          adds-one
wrong-address                  accepts-wrong-flags          adds-one
wrong-transport                accepts-wrong-flags          adds-one
wrong-size                     accepts-wrong-flags          size-5
stdout-stays-empty             prints-on-stdout             adds-one
threads-follow-cpus            ignores-affinity             adds-one
adds-one                       host-byte-order              wraps-to-zero
adds-one                       wrong-answer                 missing-port
one-reply-each                 answers-twice=1              adds-one
one-reply-each                 greeting                     missing-port
carries-into-the-next-byte     no-carry                     adds-one
crosses-the-sign               stops-at-sign                wraps-to-zero
wraps-to-zero                  no-wrap                      crosses-the-sign
split-1-3                      drops-parts                  adds-one
split-2-2                      drops-parts                  burst-of-16
split-into-bytes               drops-parts                  burst-of-2
burst-of-2                     drops-bursts                 split-1-3
burst-of-2                     reverses-bursts              split-1-3
burst-of-16                    drops-bursts                 split-2-2
burst-of-1000                  drops-bursts                 adds-one
last-of-a-burst-is-prompt      waits-for-more               split-into-bytes
last-of-a-burst-is-prompt      nagle                        burst-of-16
last-of-a-burst-is-prompt      late=40                      burst-of-16
connections-1                  wrong-answer=1               adds-one
connections-64                 at-most=32                   connections-1
connections-1000               at-most=500                  connections-64
connections-1000               short-listen-queue=5         connections-1
silent-beside-busy             one-at-a-time                connections-1
close-after-half-a-challenge   dies-on-half                 half-close-gets-its-reply
half-close-gets-its-reply      drops-half-closed            close-after-half-a-challenge
half-close-gets-its-reply      ignores-half-close           adds-one
reset-in-mid-reply             dies-on-reset                close-after-half-a-challenge
no-descriptor-leaks            leaks-descriptors            reset-in-mid-reply
connections-10000-left         dies-at=5000                 connections-1000
byte-and-leave                 dies-on-half                 flood-of-resets
byte-and-leave                 leaks-descriptors            adds-one
flood-of-resets                dies-on-reset                byte-and-leave
without-descriptors            dies-without-descriptors     connections-1000
without-descriptors            spins-without-descriptors    connections-1000
idle-costs-nothing             never-sleeps                 connections-64
sigterm-leaves-no-process      leaves-a-child               sigterm-idle
sigkill-leaves-no-process      leaves-a-child               sigterm-idle
zero-terminates                survives-zero                sigterm-idle
zero-terminates                zero-status=7                sigterm-idle
zero-terminates-beside-others  survives-zero-beside-others  zero-terminates
size-zero-terminates           survives-zero                size-5
sigterm-idle                   ignores-sigterm              sigint-idle
sigint-idle                    ignores-sigint               sigterm-idle
sigterm-busy                   slow-to-end=2500             sigterm-idle
sigint-busy                    slow-to-end=2500             sigint-idle
restart-on-the-same-port       no-reuseaddr                 sigterm-idle
size-1                         wrong-answer                 missing-port
size-2                         no-carry                     adds-one
size-3                         no-carry                     adds-one
size-5                         wrong-payload                size-3
size-64                        wrong-payload                size-2
size-1024                      wrong-payload                size-1
size-4096                      wrong-payload                adds-one
size-65536                     wrong-payload                adds-one
size-1048576                   wrong-payload                adds-one
size-1-wraps                   no-narrow-wrap               wraps-to-zero
size-5-in-pieces               drops-parts                  size-5
other-users-are-not-served     serves-other-users           adds-one                      unix
other-users-are-not-served     serves-other-users           adds-one                      unix-seqpacket
becomes-ready                  ignores-address              missing-port                  unix
the-started-process-serves     forks-away                   adds-one                      unix
port-taken                     errors-with-status-0         adds-one                      unix
reset-in-mid-reply             dies-on-reset                close-after-half-a-challenge  unix
split-2-2                      drops-parts                  burst-of-16                   unix
connections-64                 at-most=32                   connections-1                 unix
one-reply-each                 answers-twice=1              adds-one                      unix-seqpacket
adds-one                       adds-a-byte                  missing-port                  unix-seqpacket
size-5                         short-writes                 missing-port                  unix-seqpacket
connections-64                 at-most=32                   connections-1                 unix-seqpacket
'
# One row: prints what is wrong with the proof, nothing if it holds.
prove() {
    local check=$1 fault=$2 other=$3 transport=${4:-tcp} output status=0 only
    only=(--transport "$transport" --only "$check")
    [[ $other == - ]] || only+=(--only "$other")
    output=$(timeout 60 "$directory/conform" "${only[@]}" "$work/fake_server" --fault "$fault" 2>&1) ||
        status=$?
    # The machine may lack IPv6 or a second CPU, and only root becomes another user; this is reported, and is no proof.
    if [[ $check =~ ^(address-ipv6|threads-follow-cpus|other-users-are-not-served)$ ]] && grep "^skip $check " <<<"$output"; then
        return
    fi
    grep -q "^FAIL $check\$" <<<"$output" || echo "$check does not fail against $fault: $output"
    [[ $status -eq 1 ]] || echo "$check against $fault: exit status $status instead of 1: $output"
    [[ $other == - ]] || grep -q "^ok   $other " <<<"$output" ||
        echo "$other should not mind $fault: $output"
}

# Most proofs wait for something that does not come, so they run together.
together=8
rows=0
while read -r check fault other transport; do
    [[ -n $check ]] || continue
    rows=$((rows + 1))
    while (($(jobs -rp | wc -l) >= together)); do
        wait -n
    done
    prove "$check" "$fault" "$other" "$transport" > "$work/row-$rows" &
done <<<"$table"
wait
cat "$work"/row-*
failures=$(cat "$work"/row-* | grep -vc '^skip ' || true)

while read -r check _; do
    grep -q "^$check " <<<"$table" || {
        echo "no wrong server proves the check $check"
        failures=$((failures + 1))
    }
done < <("$directory/conform" --list)

# Without a fault nothing fails: otherwise the proofs above would prove nothing.
for transport in tcp unix unix-seqpacket; do
    "$directory/conform" --transport $transport "$work/fake_server" > "$work/right" 2>&1 ||
        {
            echo "the fake server without a fault fails over $transport: $(grep -A4 '^FAIL' "$work/right")"
            failures=$((failures + 1))
        }
done

((failures == 0)) || exit 1
echo "$rows proofs"
