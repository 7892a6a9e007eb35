// A worker's own record of its round trips: no lock, no allocation and no shared cache line in the
// measured loop.
#pragma once

#include <sys/resource.h>

#include <cstdint>

#include "run/common_windows.hh"

namespace volley {

// What a thread has used so far, read at the edges of the measured part.
struct ThreadUsage {
    Duration user{0};
    Duration system{0};
    std::uint64_t voluntary_switches = 0;
    std::uint64_t involuntary_switches = 0;
    TimePoint at{};
};
[[nodiscard]] ThreadUsage usage_of_this_thread();

class Recorder {
  public:
    explicit Recorder(CommonWindows& windows) : windows_(&windows) {}

    // Call when the start line has been set and passed. at: the present moment.
    void start(TimePoint at);

    // Records a round trip and returns the moment from which the next one counts: `ended`, or later
    // where this call itself took long.
    TimePoint record(TimePoint began, TimePoint ended) {
        if (ended >= slice_.edge) [[unlikely]] {
            return cross_edge(began, ended);
        }
        samples_.record(static_cast<std::uint64_t>((ended - began).count()));
        return ended;
    }
    // Whether challenges are still due. False once a round trip has ended beyond the last window.
    [[nodiscard]] bool running() const { return slice_.phase != Phase::over; }

    // Round trips that ended beyond the last window: begun within the run, in none of its figures,
    // but not forgotten.
    [[nodiscard]] std::uint64_t in_flight_at_end() const { return in_flight_at_end_; }
    [[nodiscard]] std::uint64_t longest_in_flight_ns() const { return longest_in_flight_ns_; }
    // Of the measured part. Meaningless while running.
    [[nodiscard]] const ThreadUsage& at_start() const { return at_start_; }
    [[nodiscard]] const ThreadUsage& at_end() const { return at_end_; }
    // How often the CPU was another one than at the edge before.
    [[nodiscard]] std::uint64_t migrations() const { return migrations_; }
    // Gives up the samples of an unfinished window: for a run that failed.
    void abandon();

  private:
    TimePoint cross_edge(TimePoint began, TimePoint ended);
    void note_phase(Phase before);

    CommonWindows* windows_;
    Slice slice_;
    Histogram samples_;
    std::uint64_t in_flight_at_end_ = 0;
    std::uint64_t longest_in_flight_ns_ = 0;
    std::uint64_t migrations_ = 0;
    int last_cpu_ = -1;
    ThreadUsage at_start_;
    ThreadUsage at_end_;
};

}  // namespace volley
