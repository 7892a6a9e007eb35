// Keeps the measured CPUs from going idle, for figures without the cost of waking up
// (--keep-awake).
#pragma once

#include <memory>
#include <string>

#include "host/cpu_set.hh"
#include "host/system_files.hh"

namespace volley {

// Holds /dev/cpu_dma_latency at 0 while it lives (as cyclictest does). Where there is no cpuidle
// driver for that to act on (virtual machines) or the device cannot be opened, one SCHED_IDLE
// thread spins on each given CPU instead.
class KeepAwake {
  public:
    // cpus: to be kept awake; empty: all that are allowed. Throws Error(failed) where neither way
    // works. files: where the idle driver and the device are looked for.
    explicit KeepAwake(const CpuList& cpus, const SystemFiles& files = SystemFiles());
    ~KeepAwake();
    KeepAwake(const KeepAwake&) = delete;
    KeepAwake& operator=(const KeepAwake&) = delete;

    // "cpu_dma_latency" or "idle spinners", for the result.
    [[nodiscard]] const std::string& how() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace volley
