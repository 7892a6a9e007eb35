#include "clock/clock.hh"

#include <gtest/gtest.h>
#include <unistd.h>

#include "clock/calibrate.hh"

namespace volley {
namespace {

TEST(Clock, NeverGoesBack) {
    TimePoint last = now();
    for (int reading = 0; reading < 100'000; ++reading) {
        const TimePoint next = now();
        ASSERT_GE(next, last);
        last = next;
    }
}

TEST(Clock, WhatIsLeftUntilAPastDeadlineIsZero) {
    EXPECT_EQ(milliseconds_until(now() - std::chrono::seconds(5)), 0);
    EXPECT_GT(milliseconds_until(now() + std::chrono::hours(1)), 0);
    EXPECT_EQ(milliseconds_until(now() + std::chrono::hours(100'000)), 1'000'000'000);
}

TEST(Clock, CpuTimeGrowsWithWork) {
    const Duration thread_before = thread_cpu_time();
    const CpuClock own = cpu_clock_of(::getpid()).value();
    const Duration process_before = read(own).value();
    volatile double work = 1;
    while (thread_cpu_time() == thread_before || read(own).value() == process_before) {
        work = work * 1.0001;
    }
    EXPECT_GT(thread_cpu_time(), thread_before);
    EXPECT_GT(read(own).value(), process_before);
}

TEST(Clock, AProcessThatIsGoneHasNoCpuTime) {
    EXPECT_FALSE(cpu_clock_of(5'000'000));
}

TEST(Clock, WallClockIsIsoText) {
    const std::string text = wall_clock_text();
    ASSERT_EQ(text.size(), 24U);
    EXPECT_EQ(text[10], 'T');
    EXPECT_EQ(text.back(), 'Z');
}

TEST(Clock, CalibrationOrdersItsQuantiles) {
    const ClockCalibration found = calibrate_clock(std::chrono::milliseconds(5));
    EXPECT_GT(found.reading_ns, 0);
    EXPECT_LE(found.gap_p50_ns, found.gap_p99_9_ns);
    EXPECT_LE(found.gap_p99_9_ns, found.gap_longest_ns);
}

}  // namespace
}  // namespace volley
