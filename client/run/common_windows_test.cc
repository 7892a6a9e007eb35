#include "run/common_windows.hh"

#include <gtest/gtest.h>

#include "run/recorder.hh"

namespace volley {
namespace {

using namespace std::chrono_literals;

const TimePoint line{Duration(1s)};

// Hands over these samples as those of the slice.
Slice exchange(CommonWindows& windows, const Slice& left,
               std::initializer_list<std::uint64_t> values, TimePoint at) {
    for (const auto value : values) {
        windows.samples_of(0).record(value);
    }
    return windows.exchange(0, left, at);
}

TEST(CommonWindows, ARunHasWarmUpThenFortyEightWindowsThenItsEnd) {
    CommonWindows windows(80ms, 480ms);
    windows.start_at(line);
    const Slice warmup = windows.slice_at(line + 5ms);
    EXPECT_EQ(warmup.phase, Phase::warmup);
    EXPECT_EQ(warmup.edge, line + 10ms);
    EXPECT_EQ(windows.slice_at(line + 79ms).edge, line + 80ms);
    const Slice first = windows.slice_at(line + 80ms);
    EXPECT_EQ(first.phase, Phase::measured);
    EXPECT_EQ(first.begin, line + 80ms);
    EXPECT_EQ(first.edge, line + 90ms);
    EXPECT_EQ(windows.slice_at(line + 560ms).phase, Phase::over);
}

TEST(CommonWindows, SamplesGoWhereTheirSliceWas) {
    CommonWindows windows(80ms, 480ms);
    windows.start_at(line);
    Slice slice = windows.slice_at(line + 1ms);
    slice = exchange(windows, slice, {100}, line + 85ms);
    slice = exchange(windows, slice, {1, 2, 3}, line + 92ms);
    slice = exchange(windows, slice, {7}, line + 600ms);
    EXPECT_EQ(slice.phase, Phase::over);
    windows.finish();
    const auto found = windows.series().windows();
    ASSERT_EQ(found.size(), 48U);
    EXPECT_EQ(found[0].count(), 3U);
    EXPECT_EQ(found[1].count(), 1U);
    EXPECT_EQ(found[2].count(), 0U);
    const auto points = windows.points();
    ASSERT_EQ(points.size(), 48U + 8U);
    EXPECT_EQ(points[0].count, 1U);
    EXPECT_NEAR(points[0].start_seconds, -0.08, 1e-9);
    EXPECT_NEAR(points[8].start_seconds, 0, 1e-9);
    EXPECT_EQ(points[8].count, 3U);
}

TEST(CommonWindows, TheEndMovesUntilSomebodyHasReachedIt) {
    CommonWindows windows(0ms, 480ms);
    windows.start_at(line);
    EXPECT_TRUE(windows.set_end(line + 960ms));
    EXPECT_EQ(windows.slice_at(line + 500ms).phase, Phase::measured);
    EXPECT_EQ(windows.slice_at(line + 960ms).phase, Phase::over);
    EXPECT_FALSE(windows.set_end(line + 2s));
    EXPECT_EQ(windows.end(), line + 960ms);
}

TEST(CommonWindows, ALookSeesCompleteWindowsOnly) {
    CommonWindows windows(0ms, 480ms);
    windows.start_at(line);
    const Slice slice = windows.slice_at(line);
    static_cast<void>(exchange(windows, slice, {5}, line + 35ms));
    EXPECT_EQ(windows.windows_until(line + 9ms).size(), 0U);
    EXPECT_EQ(windows.windows_until(line + 10ms).size(), 1U);
}

TEST(CommonWindows, ALongRunStaysBetween32And64Windows) {
    CommonWindows windows(0ms, 480ms);
    windows.start_at(line);
    ASSERT_TRUE(windows.set_end(line + 10s));
    Slice slice = windows.slice_at(line);
    std::uint64_t recorded = 0;
    for (TimePoint at = line + 3ms; slice.phase != Phase::over; at += 7ms) {
        if (at >= slice.edge) {
            slice = exchange(windows, slice, {9}, at);
            ++recorded;
        }
    }
    windows.finish();
    EXPECT_GE(windows.series().windows().size(), 32U);
    EXPECT_LE(windows.series().windows().size(), 64U);
    EXPECT_EQ(windows.series().pooled().count(), recorded);
}

TEST(CommonWindows, AWorkerGoesOnWhereNobodyCollects) {
    CommonWindows windows(0ms, 480ms, 1000);
    windows.start_at(line);
    Slice slice = windows.slice_at(line);
    for (TimePoint at = line; slice.phase != Phase::over; at += 1ms) {
        if (at >= slice.edge) {
            slice = windows.exchange(0, slice, at);
        }
        windows.samples_of(0).record(7);
    }
    windows.finish();
    EXPECT_EQ(windows.series().pooled().count(), 480U);
}

TEST(Recorder, LosesNoRoundTrip) {
    for (const std::size_t workers : {1U, 2U, 200U}) {
        CommonWindows windows(20ms, 480ms, workers);
        windows.start_at(line);
        Recorder recorder(windows, workers - 1, 1);
        recorder.start(line);
        std::uint64_t warm = 0;
        std::uint64_t measured = 0;
        TimePoint at = line;
        while (recorder.running()) {
            const TimePoint ended = at + 150us;
            static_cast<void>(recorder.record(at, ended));
            if (recorder.running()) {
                ++(ended < line + 20ms ? warm : measured);
            }
            at = ended;
        }
        static_cast<void>(recorder.record(at, at + 1ms));
        windows.finish();
        EXPECT_EQ(windows.series().pooled().count(), measured);
        EXPECT_GE(windows.trips_so_far(), measured - 67);  // except those of the last window
        EXPECT_GT(warm, 100U);
    }
}

// The time noted at the edges and the time in the histogram add up to all of the time.
TEST(Recorder, TheTimeOfAConnectionAddsUp) {
    for (const Duration trip :
         std::initializer_list<Duration>{7us, 100us, 30ms, 450ms, 700ms, 3s}) {
        CommonWindows windows(200ms, 480ms);
        windows.start_at(line);
        Recorder recorder(windows, 0, 1);
        recorder.start(line);
        TimePoint at = line;
        while (recorder.running()) {
            static_cast<void>(recorder.record(at, at + trip));
            at += trip;
        }
        windows.finish();
        EdgeTrips edges;
        edges.add(recorder.edge_trips());
        EXPECT_EQ(edges.in_flight, 1U);
        EXPECT_EQ(edges.longest_in_flight_ns, static_cast<std::uint64_t>(trip.count()));
        EXPECT_DOUBLE_EQ(connection_time_ns(windows.series().pooled(), edges), 480e6)
            << trip.count();
    }
}

}  // namespace
}  // namespace volley
