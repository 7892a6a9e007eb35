// What the coordinator reads around the measured part: where the server's processes run, what they
// use, how much memory both sides take, and what the hypervisor takes.
//
// At the two edges only CPU clocks are read. The rest takes long (tens of milliseconds for 500
// processes) and is read before and after.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "clock/clock.hh"
#include "host/affinity.hh"
#include "host/environment.hh"
#include "process/usage.hh"
#include "run/crew.hh"
#include "run/result.hh"
#include "run/server_process.hh"
#include "run/spec.hh"

namespace volley {

// Returns memory freed by earlier runs to the system, so that the client's memory is that of this
// run. Call before a run allocates any.
void forget_earlier_runs();

struct RunReadings {
    TimePoint from{};  // the measured part
    TimePoint to{};
    std::vector<Crew::CpuReading> workers_before;
    std::vector<Crew::CpuReading> workers_after;
    Usage server;
    bool server_loses_children = false;  // one of its processes ignores SIGCHLD
    std::optional<std::uint64_t> server_memory_bytes;
    std::optional<std::uint64_t> client_memory_bytes;
    LoadSample load_before;
    TimePoint load_before_at{};
    LoadSample load_after;
    TimePoint load_after_at{};
};

class Surroundings {
  public:
    explicit Surroundings(const RunSpec& spec) : spec_(spec) {}

    // Call when all connections are open, before the start line. server: null if the client did not
    // start it; must live until look_after(). Throws Error if a thread of the server is not on its
    // CPUs.
    void look_before(const ServerProcess* server, RunResult& result);
    // How long before the first edge, during the warm-up, to call look_again().
    [[nodiscard]] Duration time_to_look() const;
    void look_again();
    void read_first_edge(const Crew& crew);
    void read_second_edge(const Crew& crew);
    // Call when nothing is measured any more and all processes are still running. Throws as
    // look_before() does.
    void look_after();

    [[nodiscard]] RunReadings readings(TimePoint from, TimePoint to) const;

  private:
    [[nodiscard]] std::vector<ProcessStat> family() const;
    void check_places(const std::vector<ThreadPlace>& places, const char* when) const;

    const RunSpec& spec_;
    const ServerProcess* server_ = nullptr;
    UsageMeter usage_{[this] { return family(); }};
    RunReadings readings_;
};

}  // namespace volley
