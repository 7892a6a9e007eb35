// A short run against what answers already, without a server to start and without an account: the
// crew opens, drives and records as it does in a run that is measured.
#pragma once

#include "clock/clock.hh"
#include "run/spec.hh"
#include "stats/histogram.hh"

namespace volley {

struct Probe {
    Histogram round_trips;    // of all workers
    Duration workers_cpu{0};  // that their threads have used
};

// spec.endpoint: answered by somebody, or in memory. spec.warmup and spec.run_time: how long it
// takes. Throws Error(failed) where a connection does not come to stand or a reply is not right.
[[nodiscard]] Probe probe(const RunSpec& spec);

}  // namespace volley
