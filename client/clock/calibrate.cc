#include "clock/calibrate.hh"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "clock/clock.hh"

namespace volley {

namespace {

// Gaps below this are resolved to the nanosecond; longer ones count only towards the tail and the
// longest.
constexpr std::size_t finest_gaps = 1U << 16U;

double cost_of_reading() {
    constexpr int batches = 50;
    constexpr int readings = 1000;
    double least = std::numeric_limits<double>::max();
    for (int batch = 0; batch < batches; ++batch) {
        const TimePoint begin = now();
        for (int reading = 1; reading < readings; ++reading) {
            static_cast<void>(now());
        }
        const Duration spent = now() - begin;
        least = std::min(least, static_cast<double>(spent.count()) / readings);
    }
    return least;
}

double quantile_of(const std::array<std::uint32_t, finest_gaps>& gaps, std::uint64_t total,
                   double longest, double p) {
    const auto rank = static_cast<std::uint64_t>(std::ceil(p * static_cast<double>(total)));
    std::uint64_t seen = 0;
    for (std::size_t gap = 0; gap + 1 < finest_gaps; ++gap) {
        seen += gaps[gap];
        if (seen >= rank) {
            return static_cast<double>(gap);
        }
    }
    return longest;
}

}  // namespace

ClockCalibration calibrate_clock(Duration length) {
    static thread_local std::array<std::uint32_t, finest_gaps> gaps;  // too large for a stack
    gaps.fill(0);
    ClockCalibration result;
    result.reading_ns = cost_of_reading();
    const TimePoint begin = now();
    TimePoint last = begin;
    std::uint64_t total = 0;
    Duration longest{0};
    while (last - begin < length) {
        const TimePoint next = now();
        const Duration gap = next - last;
        ++gaps[std::min<std::size_t>(static_cast<std::size_t>(gap.count()), finest_gaps - 1)];
        longest = std::max(longest, gap);
        ++total;
        last = next;
    }
    result.gap_longest_ns = static_cast<double>(longest.count());
    result.gap_p50_ns = quantile_of(gaps, total, result.gap_longest_ns, 0.5);
    result.gap_p99_9_ns = quantile_of(gaps, total, result.gap_longest_ns, 0.999);
    return result;
}

}  // namespace volley
