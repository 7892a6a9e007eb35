#include "stats/windows.hh"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.hh"

namespace volley {

namespace {

using std::chrono::nanoseconds;

Histogram slice_of(std::uint64_t value) {
    Histogram slice;
    slice.record(value);
    return slice;
}

std::uint64_t total_sum(const WindowSeries& series) {
    std::uint64_t sum = 0;
    for (const Histogram& window : series.windows()) {
        sum += window.sum();
    }
    return sum;
}

}  // namespace

TEST(Windows, EmptySeries) {
    const WindowSeries series(nanoseconds(10));
    EXPECT_TRUE(series.windows().empty());
    EXPECT_EQ(series.pooled().count(), 0U);
    EXPECT_EQ(series.width(), nanoseconds(10));
}

TEST(Windows, SlicesGoWhereTheyBegan) {
    WindowSeries series(nanoseconds(10));
    EXPECT_EQ(series.add(nanoseconds(0), slice_of(1)), nanoseconds(10));
    series.add(nanoseconds(9), slice_of(2));
    series.add(nanoseconds(10), slice_of(4));
    series.add(nanoseconds(35), slice_of(8));
    ASSERT_EQ(series.windows().size(), 4U);
    EXPECT_EQ(series.windows()[0].sum(), 3U);
    EXPECT_EQ(series.windows()[1].sum(), 4U);
    EXPECT_EQ(series.windows()[2].count(), 0U);
    EXPECT_EQ(series.windows()[3].sum(), 8U);
    EXPECT_EQ(series.pooled().sum(), 15U);
}

TEST(Windows, TheSixtyFifthWindowHalvesTheirNumber) {
    WindowSeries series(nanoseconds(1));
    for (std::uint64_t i = 0; i < 64; ++i) {
        EXPECT_EQ(series.add(nanoseconds(i), slice_of(i + 1)), nanoseconds(1));
    }
    EXPECT_EQ(series.windows().size(), 64U);
    EXPECT_EQ(series.add(nanoseconds(64), slice_of(1000)), nanoseconds(2));
    ASSERT_EQ(series.windows().size(), 33U);
    for (std::size_t i = 0; i < 32; ++i) {
        EXPECT_EQ(series.windows()[i].sum(), 4 * i + 3) << i;  // (2i + 1) + (2i + 2)
        EXPECT_EQ(series.windows()[i].count(), 2U) << i;
    }
    EXPECT_EQ(series.windows()[32].sum(), 1000U);
}

TEST(Windows, AlwaysBetween32And64AndNothingIsLost) {
    WindowSeries series(nanoseconds(3));
    Xoshiro256pp random(1);
    std::uint64_t sum = 0;
    std::vector<std::uint64_t> value_at(20000);
    for (std::size_t at = 0; at < value_at.size(); ++at) {
        value_at[at] = random() % 1000;
        sum += value_at[at];
        series.add(nanoseconds(at), slice_of(value_at[at]));
        if (at >= 3 * 32) {
            ASSERT_GE(series.windows().size(), 32U) << at;
        }
        ASSERT_LE(series.windows().size(), 64U) << at;
    }
    EXPECT_EQ(total_sum(series), sum);
    EXPECT_EQ(series.pooled().count(), value_at.size());
    // Edges nest: every window holds exactly the slices of its own span.
    const auto width = static_cast<std::size_t>(series.width().count());
    for (std::size_t i = 0; i < series.windows().size(); ++i) {
        std::uint64_t expected = 0;
        for (std::size_t at = i * width; at < std::min((i + 1) * width, value_at.size()); ++at) {
            expected += value_at[at];
        }
        EXPECT_EQ(series.windows()[i].sum(), expected) << i;
    }
}

TEST(Windows, AFarSliceDoublesAsOftenAsNeeded) {
    WindowSeries series(nanoseconds(1));
    series.add(nanoseconds(0), slice_of(1));
    const Duration width = series.add(std::chrono::hours(1), slice_of(2));
    EXPECT_LE(std::chrono::hours(1) / width, 63);
    EXPECT_GE(std::chrono::hours(1) / width, 32);
    EXPECT_EQ(series.windows().front().sum(), 1U);
    EXPECT_EQ(series.windows().back().sum(), 2U);
}

TEST(Windows, AStaleWidthStillFits) {
    WindowSeries series(nanoseconds(10));
    series.add(nanoseconds(6500), slice_of(1));  // the width is now 160
    // A worker that does not know this yet adds a slice cut at 10 ns.
    series.add(nanoseconds(310), slice_of(2));
    EXPECT_EQ(series.windows()[static_cast<std::size_t>(310 / series.width().count())].sum(), 2U);
}

TEST(Windows, ExtendCountsEmptyWindows) {
    WindowSeries series(nanoseconds(10));
    series.add(nanoseconds(0), slice_of(1));
    series.extend(nanoseconds(0));
    EXPECT_EQ(series.windows().size(), 1U);
    series.extend(nanoseconds(480));
    EXPECT_EQ(series.windows().size(), 48U);
    series.extend(nanoseconds(481));
    EXPECT_EQ(series.windows().size(), 49U);
    EXPECT_EQ(series.extend(nanoseconds(640)), nanoseconds(10));
    EXPECT_EQ(series.windows().size(), 64U);
    EXPECT_EQ(series.extend(nanoseconds(641)), nanoseconds(20));
    EXPECT_EQ(series.windows().size(), 33U);
    series.extend(nanoseconds(20));  // never shrinks
    EXPECT_EQ(series.windows().size(), 33U);
}

}  // namespace volley
