// A worker's own record of its round trips. The measured loop has no lock, no allocation and no
// shared cache line.
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
    // worker: its number in the windows. connections: how many it records; all memory for them is
    // allocated here.
    explicit Recorder(CommonWindows& windows, std::size_t worker = 0, std::size_t connections = 1);

    // Call once the start line has been set and passed. at: the present moment.
    void start(TimePoint at);

    // Records a round trip and returns the moment from which the next one counts: `ended`, or later
    // if this call itself took long.
    TimePoint record(TimePoint began, TimePoint ended) {
        if (ended >= slice_.edge || began < counted_from_) [[unlikely]] {
            return cross_edge(began, ended);
        }
        samples_->record(static_cast<std::uint64_t>((ended - began).count()));
        return ended;
    }
    // Whether to send more challenges. False once a round trip has ended after the last window.
    [[nodiscard]] bool running() const { return slice_.phase != Phase::over; }
    [[nodiscard]] Phase phase() const { return slice_.phase; }

    // Round trips that crossed an edge of the measured part: at most two per connection.
    [[nodiscard]] const std::vector<EdgeTrip>& edge_trips() const { return edge_trips_; }
    // Of the measured part. Meaningless while running.
    [[nodiscard]] const ThreadUsage& at_start() const { return at_start_; }
    [[nodiscard]] const ThreadUsage& at_end() const { return at_end_; }
    // How often the CPU differed from that at the previous edge.
    [[nodiscard]] std::uint64_t migrations() const { return migrations_; }
    // Discards the samples of an unfinished window, for a run that failed.
    void abandon();

  private:
    TimePoint cross_edge(TimePoint began, TimePoint ended);
    void leave_slice(TimePoint ended);
    void note_phase(Phase before);

    CommonWindows* windows_;
    std::size_t worker_;
    Slice slice_;
    Histogram* samples_;
    // A trip that began before this moment crossed the start of the measured part. During warm-up
    // this is TimePoint::min().
    TimePoint counted_from_ = TimePoint::min();
    std::uint64_t passed_on_ = 0;  // trips of the measured part, without the current slice's
    std::vector<EdgeTrip> edge_trips_;
    std::uint64_t migrations_ = 0;
    int last_cpu_ = -1;
    ThreadUsage at_start_;
    ThreadUsage at_end_;
};

}  // namespace volley
