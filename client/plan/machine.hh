// The facts about this process's limits that the plan needs, and the limit that it raises.
#pragma once

#include <cstdint>

#include "plan/plan.hh"

namespace volley {

// Reads limits and /proc; draws a seed.
[[nodiscard]] MachineFacts read_machine_facts();

// Raises the soft descriptor limit, and the hard one if allowed, to what the plan needs; never
// lowers it. The server inherits it. Throws Error(usage) if the kernel refuses.
void raise_descriptor_limit(std::uint64_t needed);

// Throws Error(usage) with the remedy if SCHED_FIFO is not allowed.
void check_realtime_allowed();

}  // namespace volley
