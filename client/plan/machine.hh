// What the plan must know about this process's limits, and the limit that it raises.
#pragma once

#include <cstdint>

#include "plan/plan.hh"

namespace volley {

// Reads limits and /proc; draws a seed.
[[nodiscard]] MachineFacts read_machine_facts();

// Raises the soft (and, where allowed, the hard) descriptor limit to what the plan needs, never
// lowers it. The server inherits it. Throws Error(usage) where the kernel refuses.
void raise_descriptor_limit(std::uint64_t needed);

// Throws Error(usage) with the remedy where SCHED_FIFO is not allowed.
void check_realtime_allowed();

}  // namespace volley
