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
    // Called a few times a second while the run goes on; may be empty.
    std::function<void()> tick;
    // For a single-run measurement: called at every eighth window between 32 and 64 with the
    // complete windows; true ends the run. May be empty.
    std::function<bool(std::span<const Histogram>)> look;
    // When no new look or lengthening shall happen any more (Ctrl-C).
    Signals* signals = nullptr;
};

// Never throws for what goes wrong within the run: then `complete` is false, `error` says why, and
// what was measured is kept. Throws Error only for what would be wrong in every run (no memory, no
// threads), or where the server says so in run 1: Error(skipped), because this machine lacks what
// it needs; and Error(budget_spent) where a signal asks for an end before the start line: such a
// run never was.
[[nodiscard]] RunResult perform_run(const RunSpec& spec, std::size_t number, const RunHooks& hooks);

}  // namespace volley
