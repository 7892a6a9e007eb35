// The two affinity system calls with masks as large as the machine needs.
//
// cpu_set_t ends at 1024 CPUs, and sched_getaffinity fails with EINVAL on larger machines; these
// functions grow the mask until it fits. affinity.hh reads the mask back and judges it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>

#include "host/cpu_set.hh"

namespace volley {

// As large as cpu_set_t.
inline constexpr std::size_t usual_mask_words = 1024 / (8 * sizeof(unsigned long));

// The CPUs that a thread may run on; 0 is the calling thread. Nothing if there is no such thread or
// the kernel does not say. first_words: size of the first attempt, in unsigned long; a test begins
// with too few.
[[nodiscard]] std::optional<CpuList> affinity_mask_of(pid_t thread,
                                                      std::size_t first_words = usual_mask_words);

// Returns 0, or the errno value if the kernel refused. The kernel silently leaves out CPUs that are
// offline or outside the cpuset.
[[nodiscard]] int set_affinity_mask(pid_t thread, const CpuList& cpus);

}  // namespace volley
