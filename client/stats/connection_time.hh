// Accounts for all time of the connections: the round trips that cross an edge of the measured
// part, in addition to those in the histogram.
//
// In a closed loop every instant of every connection falls into one round trip. A trip belongs to
// the window in which it ended. So a histogram holds the whole length of trips that began before
// the measured part, and no trips that ended after it. This records the difference, so that the
// time of all trips within the measured part adds up to connections × measured time. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stats/histogram.hh"

namespace volley {

// A round trip that crossed an edge of the measured part, as a worker records it.
struct EdgeTrip {
    std::uint64_t length_ns = 0;  // whole
    std::uint64_t within_ns = 0;  // the part of it within the measured part
    bool ended_within = false;    // then it is in the histogram, with its whole length
};

// A correction to the histogram: this many ns of connection time more (below 0: less) belong to
// trips of this bucket's length.
struct EdgeTime {
    std::uint64_t bucket = 0;  // of Histogram
    std::int64_t ns = 0;
};

// All edge trips of a run together. Exact, except that the length of a single trip is known only to
// the width of a bucket.
struct EdgeTrips {
    std::uint64_t in_flight = 0;     // begun before the end of the measured part and ended after it
    std::uint64_t in_flight_ns = 0;  // their time within the measured part
    std::uint64_t longest_in_flight_ns = 0;  // whole length of the longest
    std::uint64_t before_start_ns = 0;  // of trips that ended within: their time before its start
    std::vector<EdgeTime> time;         // ascending buckets

    void add(std::span<const EdgeTrip> trips);
};

// Time within the measured part of the trips that ended within it, in ns.
[[nodiscard]] double ended_time_ns(const Histogram& trips, const EdgeTrips& edges);
// The same plus the trips that ended after it. In a closed loop without think time this is
// connections × measured time, less the moments that workers spent at the edges of windows.
[[nodiscard]] double connection_time_ns(const Histogram& trips, const EdgeTrips& edges);

// The quantile of connection time: the length of the round trip that a random moment of a random
// connection falls into. p: 0 … 1. Nothing if no trip lies within the measured part.
[[nodiscard]] std::optional<double> time_weighted_quantile(const Histogram& trips,
                                                           const EdgeTrips& edges, double p);

}  // namespace volley
