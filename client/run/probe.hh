// A short run against a server that already answers, without starting a server and without
// accounting. The crew opens, drives and records as in a measured run.
#pragma once

#include "clock/clock.hh"
#include "run/spec.hh"
#include "stats/histogram.hh"

namespace volley {

struct Probe {
    Histogram round_trips;    // of all workers
    Duration workers_cpu{0};  // used by their threads
};

// spec.endpoint: a server that already answers, or one in memory. spec.warmup and spec.run_time:
// how long it takes. Throws Error(failed) if a connection cannot be opened or a reply is wrong.
[[nodiscard]] Probe probe(const RunSpec& spec);

}  // namespace volley
