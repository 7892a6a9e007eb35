#include "run/lengthening.hh"

#include <gtest/gtest.h>

namespace volley {
namespace {

using namespace std::chrono_literals;

// Simulates runs against a server that takes `trip` for each of `connections` at a time. Returns
// how many trips end within the run.
double trips_of_whole_run(Duration trip, double connections, std::uint64_t wanted,
                          Duration longest) {
    Duration length = 1s;
    for (int step = 0; step < 100; ++step) {
        const Duration passed = length / 8 * 7;
        const auto ended =
            static_cast<std::uint64_t>(connections) * static_cast<std::uint64_t>(passed / trip);
        const auto longer =
            longer_run({.length = length, .passed = passed, .trips = ended}, wanted, longest);
        if (!longer) {
            break;
        }
        length = *longer;
    }
    return connections * static_cast<double>(length / trip);
}

TEST(Lengthening, ASlowServerGetsAboutAsManyTripsAsWereAsked) {
    for (const Duration trip :
         std::initializer_list<Duration>{20ms, 50ms, 100ms, 200ms, 333ms, 700ms, 900ms}) {
        for (const double connections : {1.0, 3.0, 16.0}) {
            const double trips = trips_of_whole_run(trip, connections, 64, 1000s);
            EXPECT_GE(trips, 64) << trip.count() << " ns, " << connections;
            // A run of the usual length may have more, and so may a first fourfold step.
            const double as_it_is = connections * static_cast<double>(1s / trip);
            EXPECT_LE(trips, std::max({64 * 1.35, as_it_is, connections * 8 * 4}))
                << trip.count() << " ns, " << connections;
        }
    }
}

TEST(Lengthening, WhatIsEnoughStays) {
    EXPECT_FALSE(longer_run({.length = 1s, .passed = 875ms, .trips = 56}, 64, 100s));
    EXPECT_TRUE(longer_run({.length = 1s, .passed = 875ms, .trips = 55}, 64, 100s));
}

TEST(Lengthening, AFewTripsMakeItFourTimesAsLongAtMost) {
    EXPECT_EQ(longer_run({.length = 1s, .passed = 875ms, .trips = 1}, 64, 100s), 4s);
    EXPECT_EQ(longer_run({.length = 1s, .passed = 875ms, .trips = 7}, 2000, 1000s), 4s);
    EXPECT_GT(*longer_run({.length = 1s, .passed = 875ms, .trips = 8}, 2000, 1000s), 100s);
}

TEST(Lengthening, WithoutATripItDoubles) {
    EXPECT_EQ(longer_run({.length = 1s, .passed = 875ms, .trips = 0}, 64, 100s), 2s);
}

TEST(Lengthening, WhatTheBudgetHasNoRoomForKeepsItsLength) {
    EXPECT_FALSE(longer_run({.length = 1s, .passed = 875ms, .trips = 1}, 64, 3900ms));
    EXPECT_FALSE(longer_run({.length = 1s, .passed = 0s, .trips = 0}, 64, 100s));
}

}  // namespace
}  // namespace volley
