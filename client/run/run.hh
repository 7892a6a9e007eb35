// One run: a server process of its own, all connections, warm-up, windows, the end, and what it
// cost.
#pragma once

#include <functional>
#include <vector>

#include "run/result.hh"
#include "run/signals.hh"
#include "run/spec.hh"

namespace volley {

struct RunHooks {
    // Called a few times a second during the run; may be empty.
    std::function<void()> tick;
    // For a single-run measurement: called with the complete windows at every eighth window between
    // 32 and 64; true ends the run. May be empty.
    std::function<bool(std::span<const Histogram>)> look;
    // Once a signal has come (Ctrl-C), there is no new look and no lengthening.
    Signals* signals = nullptr;
};

// Does not throw for a failure within the run: `complete` is then false, `error` says why, and
// everything measured is kept. Throws Error for a fault that would occur in every run (no memory,
// no threads), Error(skipped) if the server says in run 1 that this machine lacks what it needs,
// and Error(budget_spent) if a signal asks for an end before the start line: such a run does not
// count.
[[nodiscard]] RunResult perform_run(const RunSpec& spec, std::size_t number, const RunHooks& hooks);

}  // namespace volley
