#include "stats/connection_time.hh"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace volley {
namespace {

Histogram of(std::initializer_list<std::uint64_t> values) {
    Histogram histogram;
    for (const auto value : values) {
        histogram.record(value);
    }
    return histogram;
}

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t second = 1'000 * ms;

TEST(ConnectionTime, WithoutEdgesATripWeighsItsLength) {
    EXPECT_FALSE(time_weighted_quantile({}, {}, 0.5));
    const Histogram two = of({100, 300});
    // Three quarters of all time is spent in the longer one.
    EXPECT_EQ(time_weighted_quantile(two, {}, 0.25), 100);
    EXPECT_EQ(time_weighted_quantile(two, {}, 0.26), 300);
    const Histogram one = of({123456789});
    for (const double p : {0.0, 0.5, 1.0}) {
        EXPECT_EQ(time_weighted_quantile(one, {}, p), 123456789);
    }
    EXPECT_EQ(time_weighted_quantile(of({0, 0, 0}), {}, 0.5), 0);
    const std::uint64_t greatest = std::uint64_t{1} << 40U;
    EXPECT_EQ(time_weighted_quantile(of({1000, greatest}), {}, 1), static_cast<double>(greatest));
}

// A server that answers in 100 us for 0.9 s and then stalls for 1.5 s, measured for one second.
TEST(ConnectionTime, AStallThatOutlastsTheRunIsItsWholeLength) {
    Histogram trips;
    for (std::uint64_t at = 0; at < 9'000; ++at) {
        trips.record(100'000);
    }
    EdgeTrips edges;
    edges.add(std::array{
        EdgeTrip{.length_ns = 1'500 * ms, .within_ns = 100 * ms, .ended_within = false}});
    EXPECT_EQ(edges.in_flight, 1U);
    EXPECT_EQ(edges.longest_in_flight_ns, 1'500 * ms);
    EXPECT_DOUBLE_EQ(ended_time_ns(trips, edges), 0.9 * second);
    EXPECT_DOUBLE_EQ(connection_time_ns(trips, edges), 1.0 * second);
    EXPECT_NEAR(*time_weighted_quantile(trips, edges, 0.89), 100'000, 200);
    EXPECT_NEAR(*time_weighted_quantile(trips, edges, 0.91), 1.5 * second, 0.004 * second);
    EXPECT_NEAR(*time_weighted_quantile(trips, edges, 0.99), 1.5 * second, 0.004 * second);
}

// The same stall, begun in the warm-up. Its trip is in the histogram and counts only with its time
// within the measured part.
TEST(ConnectionTime, WhatLayBeforeTheStartDoesNotWeigh) {
    Histogram trips = of({1'500 * ms});
    for (std::uint64_t at = 0; at < 8'000; ++at) {
        trips.record(100'000);
    }
    EdgeTrips edges;
    edges.add(
        std::array{EdgeTrip{.length_ns = 1'500 * ms, .within_ns = 200 * ms, .ended_within = true}});
    EXPECT_EQ(edges.in_flight, 0U);
    EXPECT_EQ(edges.longest_in_flight_ns, 0U);
    EXPECT_DOUBLE_EQ(connection_time_ns(trips, edges), 1.0 * second);
    EXPECT_NEAR(*time_weighted_quantile(trips, edges, 0.79), 100'000, 200);
    EXPECT_NEAR(*time_weighted_quantile(trips, edges, 0.81), 1.5 * second, 0.004 * second);
}

TEST(ConnectionTime, ATripLongerThanTheRunIsAllOfIt) {
    EdgeTrips edges;
    edges.add(
        std::array{EdgeTrip{.length_ns = 3 * second, .within_ns = second, .ended_within = false}});
    EXPECT_DOUBLE_EQ(ended_time_ns({}, edges), 0);
    EXPECT_NEAR(*time_weighted_quantile({}, edges, 0.01), 3.0 * second, 0.006 * second);
}

TEST(ConnectionTime, WorkersAddUp) {
    EdgeTrips edges;
    for (const std::uint64_t length : {2 * ms, 1 * ms, 2 * ms}) {
        edges.add(std::array{EdgeTrip{.length_ns = length, .within_ns = ms, .ended_within = false},
                             EdgeTrip{.length_ns = ms, .within_ns = 0, .ended_within = true}});
    }
    EXPECT_EQ(edges.in_flight, 3U);
    EXPECT_EQ(edges.in_flight_ns, 3 * ms);
    EXPECT_EQ(edges.before_start_ns, 3 * ms);
    ASSERT_EQ(edges.time.size(), 2U);
    EXPECT_LT(edges.time[0].bucket, edges.time[1].bucket);
    EXPECT_EQ(edges.time[0].ns, -2 * static_cast<std::int64_t>(ms));
    EXPECT_EQ(edges.time[1].ns, 2 * static_cast<std::int64_t>(ms));
}

}  // namespace
}  // namespace volley
