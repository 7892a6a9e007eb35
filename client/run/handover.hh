// How a worker hands over full histograms without waiting: a ring of histograms between one worker
// and the thread that merges.
//
// The worker fills one and, at the edge of a window, goes on with the next, which is empty. The
// other side takes the full ones when it has time, and empties them. Nothing is copied, and nothing
// is allocated after construction. Only one thread at a time may take (CommonWindows guards that).
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "clock/clock.hh"
#include "stats/histogram.hh"

namespace volley {

enum class Phase { warmup, measured, over };

// A stretch of time within one window. A worker's samples from it are kept together.
struct Slice {
    Phase phase = Phase::warmup;
    TimePoint begin{};
    TimePoint edge{};  // the first moment after it
};

class Handover {
  public:
    // depth: histograms in the ring, 2 or more. depth - 1 edges can pass before the other side must
    // take.
    explicit Handover(std::size_t depth) : entries_(depth) {}

    [[nodiscard]] std::size_t depth() const { return entries_.size(); }

    // The worker's side. The histogram that it is filling:
    [[nodiscard]] Histogram& current() { return entries_[at_ % entries_.size()].samples; }
    // Hands over the current histogram as the samples of this slice. False if every other one is
    // still full; the caller must then have some taken first.
    [[nodiscard]] bool try_pass(const Slice& slice) {
        // Acquire, pairs with the release in take(): emptied histograms are seen empty.
        if (at_ + 1 - taken_.load(std::memory_order_acquire) >= entries_.size()) {
            return false;
        }
        entries_[at_ % entries_.size()].slice = slice;
        // Release, pairs with the acquire in take(): the samples are seen complete.
        passed_.store(++at_, std::memory_order_release);
        return true;
    }

    // The other side: calls use(slice, samples) for each histogram that was handed over, oldest
    // first, and empties it.
    template <typename Use>
    void take(const Use& use) {
        const std::size_t last = passed_.load(std::memory_order_acquire);
        for (std::size_t at = taken_.load(std::memory_order_relaxed); at != last; ++at) {
            Entry& entry = entries_[at % entries_.size()];
            use(entry.slice, entry.samples);
            entry.samples.clear();
            taken_.store(at + 1, std::memory_order_release);
        }
    }

    // Round trips that ended within the measured part, as the worker last reported at an edge; any
    // thread may ask. Both relaxed: no other data depends on the count.
    void note_trips(std::uint64_t trips) { trips_.store(trips, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t trips() const { return trips_.load(std::memory_order_relaxed); }

  private:
    struct Entry {
        Slice slice;
        Histogram samples;
    };
    // The data that each side writes has cache lines of its own.
    static constexpr std::size_t cache_line = 64;

    std::vector<Entry> entries_;
    std::size_t at_ = 0;
    alignas(cache_line) std::atomic<std::size_t> passed_{0};
    std::atomic<std::uint64_t> trips_{0};
    alignas(cache_line) std::atomic<std::size_t> taken_{0};
};

}  // namespace volley
