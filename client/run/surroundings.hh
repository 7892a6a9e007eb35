// What the coordinator reads around the measured part: where the processes of the server run, what
// they use, how much memory both sides take, and what the hypervisor takes.
//
// At the two edges nothing but CPU clocks is read. The rest takes long (500 processes: tens of
// milliseconds) and is read before and after.
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

// Gives back to the system what earlier runs have freed, so that the memory of the client is that
// of this run. Call before a run takes any.
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

    // When all connections stand, before the start line. server: null where it is not ours; must
    // stay until look_after(). Throws Error where a thread of the server is not on its CPUs.
    void look_before(const ServerProcess* server, RunResult& result);
    // In the warm-up, so long before the first edge.
    [[nodiscard]] Duration time_to_look() const;
    void look_again();
    void read_first_edge(const Crew& crew);
    void read_second_edge(const Crew& crew);
    // When nothing is measured any more and all processes still stand. Throws as look_before().
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
