// A spinning worker's account of its own time: how busy it was, and when it reads its clock.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "clock/clock.hh"
#include "run/handover.hh"

namespace volley {

// How busy a spinning worker was: the share of its time in the measured part that was not spent in
// empty looks.
//
// The cost of an empty look is sampled during the run, so it reflects this machine under this load.
// The median is used, because a look during which the thread lost its CPU says nothing.
class SpinAccount {
  public:
    void note_look(bool found) { empty_ += found ? 0 : 1; }
    // Adds the duration of an empty look, at whose end the clock was read.
    void note_sample(TimePoint began, TimePoint ended) {
        samples_[sampled_++ % samples_.size()] = ended - began;
    }
    // Call with each reading of the clock; the account begins and ends with the measured part.
    void note_phase(Phase phase, TimePoint at);
    // 0 … 1; none if no look was measured.
    [[nodiscard]] std::optional<double> busy_share() const;

  private:
    static constexpr std::size_t kept_samples = 256;

    std::uint64_t empty_ = 0;
    std::uint64_t sampled_ = 0;
    std::array<Duration, kept_samples> samples_{};
    Phase phase_ = Phase::warmup;
    TimePoint began_{};
    TimePoint ended_{};
    std::uint64_t empty_before_ = 0;
    std::uint64_t empty_at_end_ = 0;
};

// Decides by time, not by sweeps, when a spinning worker reads its clock: often enough for
// deadlines and for its account, seldom enough not to affect any figure.
class SpinClock {
  public:
    // Whether to read the clock after this look.
    [[nodiscard]] bool is_due() { return ++looks_ >= looks_between_; }
    // Adapts to the duration of the looks since the last reading; looks at large messages take
    // long.
    void read(TimePoint at) {
        constexpr Duration between = std::chrono::microseconds(500);
        constexpr std::uint64_t most_looks = 4096;
        if (at - last_ > between) {
            looks_between_ = std::max<std::uint64_t>(1, looks_between_ / 2);
        } else if (looks_between_ < most_looks && at - last_ < between / 2) {
            looks_between_ *= 2;
        }
        last_ = at;
        looks_ = 0;
    }

  private:
    std::uint64_t looks_ = 0;
    std::uint64_t looks_between_ = 1;
    TimePoint last_{};
};

}  // namespace volley
