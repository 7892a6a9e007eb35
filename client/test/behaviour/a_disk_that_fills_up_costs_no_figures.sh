#!/usr/bin/env bash
# A full disk is found before measuring, and one that fills up is reported at the end. Figures are printed, and complete lines stay
# complete.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

[[ $(id -u) -eq 0 ]] || skip "mounting a small disk takes root"
disk=$TMPDIR/disk
mkdir "$disk"
mount -t tmpfs -o size=16m none "$disk" 2>/dev/null || skip "a small disk cannot be mounted here"
trap 'umount "$disk"' EXIT
head -c 12000000 /dev/zero >"$disk/filler"
run "$volley" "${short[@]}" --json "$disk/results" -- "$servers/c-epoll"
[[ $status -ne 0 && ! -s $out ]] || fail "a full disk was found too late"
expect_one_line_on_stderr
expect_err 'free space'
rm "$disk/filler"
start "$volley" --run-time 200ms --warmup 10ms --runs 20 --json "$disk/results" -- "$servers/c-epoll"
await test -s "$disk/results"
head -c 20000000 /dev/zero >"$disk/filler" 2>/dev/null || true
finish
expect_status 1
expect_out 'round trip   mean'
expect_out '20 of 20 complete'
expect_err 'No space left'
head -n 1 "$disk/results" | grep -q '^{"schema".*"kind":"run".*}$' || fail "the first line is not whole"
[[ $(grep -vc '^{"schema".*}$' "$disk/results") -le 1 ]] || fail "more than the line that met the full disk is torn"
