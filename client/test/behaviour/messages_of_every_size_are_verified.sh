#!/usr/bin/env bash
# From one byte to a mebibyte, through each server and with each driver; the payload is checked and bytes are counted.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

# A sanitizer looks at the client, which is the same for each server.
tested=(c-epoll)
is_sanitized || tested+=(c-threaded asio)
for server in "${tested[@]}"; do
    for driver in block wait spin; do
        for size in 1 3 4 5 65536 1M; do
            run "$volley" -c 2 --driver $driver -m $size --runs 1 --max-time 100ms --warmup 0 --csv "$TMPDIR/rows" -- "$servers/$server"
            [[ $status -eq 3 || $status -eq 0 ]] || fail "$server, $driver, $size bytes: status $status"
            bytes=$(last_csv "$TMPDIR/rows" bytes_per_second)
            awk -v bytes="$bytes" 'BEGIN { exit !(bytes > 0) }' || fail "$server, $driver, $size bytes: $bytes bytes a second"
        done
    done
done
printf 'capabilities = []\n' >"$TMPDIR/server.toml"
cp "$fake" "$TMPDIR/fixed-size"
run "$volley" -m 8 -- "$TMPDIR/fixed-size"
expect_status 2
expect_err 'no capability "size"'
