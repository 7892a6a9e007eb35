// Wrong versions of how a run is made, each of which a check must catch; the statistics have theirs
// in stats/wrong_versions_test.cc.
//
// Each check takes the part that may be wrong as a function. The right version passes, and the
// wrong one fails.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>

#include "run/common_windows.hh"
#include "run/lengthening.hh"
#include "run/recorder.hh"

namespace volley {
namespace {

using namespace std::chrono_literals;

const TimePoint start_line{Duration(1s)};

// A connection that answers in 100 µs until 100 ms before the end of the run, and then stalls for a
// second.
struct Stalled {
    Histogram trips;
    EdgeTrips edges;
};
Stalled stalled_run() {
    CommonWindows windows(0ms, 480ms);
    windows.start_at(start_line);
    Recorder recorder(windows, 0, 1);
    recorder.start(start_line);
    TimePoint at = start_line;
    for (; at < start_line + 380ms; at += 100us) {
        static_cast<void>(recorder.record(at, at + 100us));
    }
    static_cast<void>(recorder.record(at, at + 1s));
    windows.finish();
    Stalled run{.trips = windows.series().pooled(), .edges = {}};
    run.edges.add(recorder.edge_trips());
    return run;
}

using TimeWeighted = std::function<double(const Stalled&)>;
bool shows_the_stall(const TimeWeighted& quantile) {
    return std::abs(quantile(stalled_run()) - 1e9) < 0.02 * 1e9;
}

TEST(WrongVersionsOfARun, InFlightTripsLeftOut) {
    EXPECT_TRUE(shows_the_stall(
        [](const Stalled& run) { return *time_weighted_quantile(run.trips, run.edges, 0.99); }));
    EXPECT_FALSE(shows_the_stall(
        [](const Stalled& run) { return *time_weighted_quantile(run.trips, {}, 0.99); }));
}

TEST(WrongVersionsOfARun, WhatIsInFlightWeighsItsWholeLength) {
    // Counts the whole stall as within the run: the times then add up to far more than the run.
    const auto whole = [](const Stalled& run) {
        EdgeTrips wrong;
        wrong.add(std::array{EdgeTrip{.length_ns = run.edges.longest_in_flight_ns,
                                      .within_ns = run.edges.longest_in_flight_ns,
                                      .ended_within = false}});
        return wrong;
    };
    const auto adds_up = [](const Stalled& run, const EdgeTrips& edges) {
        return std::abs(connection_time_ns(run.trips, edges) - 480e6) < 1e6;
    };
    const Stalled run = stalled_run();
    EXPECT_TRUE(adds_up(run, run.edges));
    EXPECT_FALSE(adds_up(run, whole(run)));
}

// Whether a run planned for a second ends with at least 64 trips of 30 ms.
using Lengthening = std::function<std::optional<Duration>(const RunSoFar&)>;
bool has_its_trips(const Lengthening& longer) {
    Duration length = 1s;
    for (int step = 0; step < 20; ++step) {
        const Duration passed = length / 8 * 7;
        const auto next = longer({.length = length,
                                  .passed = passed,
                                  .trips = static_cast<std::uint64_t>(passed / 30ms)});
        if (!next) {
            break;
        }
        length = *next;
    }
    return length / 30ms >= 64;
}

TEST(WrongVersionsOfARun, LengtheningGone) {
    EXPECT_TRUE(has_its_trips([](const RunSoFar& run) { return longer_run(run, 64, 100s); }));
    EXPECT_FALSE(has_its_trips([](const RunSoFar&) { return std::optional<Duration>(); }));
}

// At the edges of a whole run, a worker hands over its samples and merges nothing.
using Exchange = std::function<Slice(CommonWindows&, const Slice&, TimePoint)>;
bool merges_nothing_at_edges(const Exchange& exchange) {
    CommonWindows windows(0ms, 480ms);
    windows.start_at(start_line);
    Slice slice = windows.slice_at(start_line);
    for (TimePoint at = start_line; slice.phase != Phase::over; at += 1ms) {
        windows.samples_of(0).record(7);
        if (at >= slice.edge) {
            slice = exchange(windows, slice, at);
        }
        if (windows.series().pooled().count() != 0) {
            return false;
        }
    }
    windows.finish();
    return windows.series().pooled().count() > 0;
}

TEST(WrongVersionsOfARun, FlushInsideTheMeasuredPath) {
    EXPECT_TRUE(
        merges_nothing_at_edges([](CommonWindows& windows, const Slice& slice, TimePoint at) {
            return windows.exchange(0, slice, at);
        }));
    EXPECT_FALSE(
        merges_nothing_at_edges([](CommonWindows& windows, const Slice& slice, TimePoint at) {
            const Slice next = windows.exchange(0, slice, at);
            windows.collect();
            return next;
        }));
}

}  // namespace
}  // namespace volley
