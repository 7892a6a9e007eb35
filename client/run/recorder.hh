// A worker's own record of its round trips: no lock, no allocation and no shared cache line in the
// measured loop.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <vector>

#include "run/common_windows.hh"
#include "stats/connection_time.hh"

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
    // worker: its number in the windows. connections: how many it records, all memory for which is
    // taken here.
    explicit Recorder(CommonWindows& windows, std::size_t worker = 0, std::size_t connections = 1);

    // Call when the start line has been set and passed. at: the present moment.
    void start(TimePoint at);

    // Records a round trip and returns the moment from which the next one counts: `ended`, or later
    // where this call itself took long.
    TimePoint record(TimePoint began, TimePoint ended) {
        if (ended >= slice_.edge || began < counted_from_) [[unlikely]] {
            return cross_edge(began, ended);
        }
        samples_->record(static_cast<std::uint64_t>((ended - began).count()));
        return ended;
    }
    // Whether challenges are still due. False once a round trip has ended beyond the last window.
    [[nodiscard]] bool running() const { return slice_.phase != Phase::over; }
    [[nodiscard]] Phase phase() const { return slice_.phase; }

    // Round trips that crossed an edge of the measured part: at most two a connection.
    [[nodiscard]] const std::vector<EdgeTrip>& edge_trips() const { return edge_trips_; }
    // Of the measured part. Meaningless while running.
    [[nodiscard]] const ThreadUsage& at_start() const { return at_start_; }
    [[nodiscard]] const ThreadUsage& at_end() const { return at_end_; }
    // How often the CPU was another one than at the edge before.
    [[nodiscard]] std::uint64_t migrations() const { return migrations_; }
    // Gives up the samples of an unfinished window: for a run that failed.
    void abandon();

  private:
    TimePoint cross_edge(TimePoint began, TimePoint ended);
    void leave_slice(TimePoint ended);
    void note_phase(Phase before);

    CommonWindows* windows_;
    std::size_t worker_;
    Slice slice_;
    Histogram* samples_;
    // A trip that began earlier crossed the start of the measured part; the least moment of all
    // during warm-up.
    TimePoint counted_from_ = TimePoint::min();
    std::uint64_t passed_on_ = 0;  // trips of the measured part, without the present slice's
    std::vector<EdgeTrip> edge_trips_;
    std::uint64_t migrations_ = 0;
    int last_cpu_ = -1;
    ThreadUsage at_start_;
    ThreadUsage at_end_;
};

}  // namespace volley
