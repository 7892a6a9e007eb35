#!/usr/bin/env bash
# Every third call fails with EINTR; the client goes on, with every driver and with messages larger than the socket's buffers. The deadlines
# are longer than the test may take, so that none of them hides a lost wake-up.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/lib.bash"

is_sanitized && skip "a preloaded library and a sanitizer do not go together"
preload=$VOLLEY_DIR/test/interrupt.so
[[ -e $preload ]] || fail "$preload is not built"
for driver in block wait spin; do
    for size in 4 1M; do
        # The preload is for the client only; the server's calls are not under test.
        run env LD_PRELOAD="$preload" "$volley" -c 2 --driver $driver -m $size --connect-timeout 10m --timeout 10m "${short[@]}" \
            -- /usr/bin/env -u LD_PRELOAD "$servers/c-threaded"
        [[ $status -eq 3 ]] || fail "$driver with $size bytes: status $status"
        expect_out '2 of 2 complete'
    done
done
