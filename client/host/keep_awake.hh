// Keeps the measured CPUs from going idle, for figures without the cost of waking them
// (--keep-awake).
#pragma once

#include <memory>
#include <string>

#include "host/cpu_set.hh"
#include "host/system_files.hh"

namespace volley {

// Holds /dev/cpu_dma_latency at 0 while it lives (as cyclictest does). If there is no cpuidle
// driver to act on it (virtual machines), or the device cannot be opened, one SCHED_IDLE thread
// spins on each given CPU instead.
class KeepAwake {
  public:
    // cpus: the CPUs to keep awake; empty: all that are allowed. Throws Error(failed) if neither
    // way works. files: where to look for the idle driver and the device.
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
