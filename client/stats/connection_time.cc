#include "stats/connection_time.hh"

#include <algorithm>
#include <map>

#include "base/error.hh"

namespace volley {

namespace {

// One bucket's share of connection time, and the lengths it represents.
struct Weight {
    std::size_t bucket = 0;
    double ns = 0;
};

// A bucket's trips count as its middle (at most 0.1 % off); the open last bucket gets the rest of
// the exact sum.
std::vector<Weight> weights_of(const Histogram& trips, const EdgeTrips& edges) {
    std::map<std::size_t, double> all;
    double below_last = 0;
    for (const auto& [bucket, count] : trips.sparse()) {
        const auto middle = static_cast<double>(Histogram::bucket_low(bucket) +
                                                Histogram::bucket_high(bucket) - 1) /
                            2;
        double ns = static_cast<double>(count) * middle;
        if (bucket + 1 == Histogram::bucket_count) {
            ns = std::max(ns, static_cast<double>(trips.sum()) - below_last);
        }
        below_last += ns;
        all[bucket] = ns;
    }
    for (const auto& [bucket, ns] : edges.time) {
        all[bucket] += static_cast<double>(ns);
    }
    std::vector<Weight> weights;
    weights.reserve(all.size());
    for (const auto& [bucket, ns] : all) {
        // The middle of a bucket may be slightly less than the time that a trip had before the
        // start.
        weights.push_back({bucket, std::max(0.0, ns)});
    }
    return weights;
}

}  // namespace

void EdgeTrips::add(std::span<const EdgeTrip> trips) {
    std::map<std::uint64_t, std::int64_t> all;
    for (const auto& [bucket, ns] : time) {
        all[bucket] += ns;
    }
    for (const EdgeTrip& trip : trips) {
        const std::size_t bucket = Histogram::bucket_of(trip.length_ns);
        if (trip.ended_within) {
            const std::uint64_t before = trip.length_ns - trip.within_ns;
            before_start_ns += before;
            all[bucket] -= static_cast<std::int64_t>(before);
        } else {
            ++in_flight;
            in_flight_ns += trip.within_ns;
            longest_in_flight_ns = std::max(longest_in_flight_ns, trip.length_ns);
            all[bucket] += static_cast<std::int64_t>(trip.within_ns);
        }
    }
    time.clear();
    for (const auto& [bucket, ns] : all) {
        time.push_back({bucket, ns});
    }
}

double ended_time_ns(const Histogram& trips, const EdgeTrips& edges) {
    return static_cast<double>(trips.sum()) - static_cast<double>(edges.before_start_ns);
}

double connection_time_ns(const Histogram& trips, const EdgeTrips& edges) {
    return ended_time_ns(trips, edges) + static_cast<double>(edges.in_flight_ns);
}

std::optional<double> time_weighted_quantile(const Histogram& trips, const EdgeTrips& edges,
                                             double p) {
    ensure(p >= 0 && p <= 1, "the share of a quantile lies in [0, 1]");
    const std::vector<Weight> weights = weights_of(trips, edges);
    double total = 0;
    for (const Weight& weight : weights) {
        total += weight.ns;
    }
    const auto longest = static_cast<double>(std::max(trips.maximum(), edges.longest_in_flight_ns));
    if (total <= 0) {
        return trips.count() > 0 ? std::optional(longest) : std::nullopt;
    }
    const double rank = p * total;
    double before = 0;
    for (const Weight& weight : weights) {
        if (weight.ns > 0 && before + weight.ns >= rank) {
            const std::uint64_t least = Histogram::bucket_low(weight.bucket);
            const bool holds_minimum =
                trips.count() > 0 && Histogram::bucket_of(trips.minimum()) == weight.bucket;
            const auto low = static_cast<double>(holds_minimum ? trips.minimum() : least);
            const bool is_open = weight.bucket + 1 == Histogram::bucket_count;
            const double high =
                is_open ? std::max(longest, low)
                        : static_cast<double>(Histogram::bucket_high(weight.bucket) - 1);
            return std::min(low + (rank - before) / weight.ns * (high - low), longest);
        }
        before += weight.ns;
    }
    return longest;
}

}  // namespace volley
