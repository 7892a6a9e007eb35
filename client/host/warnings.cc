#include "host/warnings.hh"

namespace volley {

std::vector<std::string> warning_ids() {
    return {
        "not-placed",
        "server-not-placed",
        "cpus-shared",
        "smt-siblings-shared",
        "placement-note",
        "descriptor-limit",
        "cpu-quota",
        "other-load",
        "autogroup",
        "virtualized",
        "idle-states",
        "governor-not-performance",
        "turbo-on",
        "smt-active",
        "numa-balancing",
        "clock-source-not-tsc",
        "not-offloaded",
        "client-is-the-bottleneck",
        "involuntary-switches",
        "steal",
        "migrations",
        "clock-slow",
        "clock-gaps",
        "stalled",
        "few-round-trips",
        "single-run",
        "server-not-restarted",
        "drift-over-runs",
        "bimodal",
        "server-was-killed",
        "server-left-processes",
    };
}

}  // namespace volley
