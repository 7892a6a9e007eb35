#include "report/hgrm.hh"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cmath>
#include <cstdio>

#include "report/layout.hh"
#include "report/pooled.hh"

namespace volley {

namespace {

constexpr double ns_per_us = 1e3;
constexpr double ticks_per_halving = 5;  // what HdrHistogram's own tools use

std::string row(double value_us, double share, std::uint64_t count) {
    std::array<char, 128> line{};
    // The last row has no fourth column, as in HdrHistogram's own output: 1/(1 − 1) is not a
    // number.
    if (share < 1) {
        std::snprintf(line.data(), line.size(), "%12.3f %.12f %10" PRIu64 " %14.2f\n", value_us,
                      share, count, 1 / (1 - share));
    } else {
        std::snprintf(line.data(), line.size(), "%12.3f %.12f %10" PRIu64 "\n", value_us, 1.0,
                      count);
    }
    return line.data();
}

// The next percentile to report: the steps halve each time the distance to 100 % halves.
double next_share(double share) {
    const double halvings = std::floor(std::log2(1 / (1 - share))) + 1;
    return share + 1 / (ticks_per_halving * std::exp2(halvings));
}

std::string rows_of(const Histogram& trips) {
    std::string text;
    const double total = static_cast<double>(trips.count());
    double wanted = 0;
    std::uint64_t below = 0;
    for (const auto& [bucket, count] : trips.sparse()) {
        below += count;
        const std::uint64_t highest =
            std::clamp(Histogram::bucket_high(bucket) - 1, trips.minimum(), trips.maximum());
        const double value_us = static_cast<double>(highest) / ns_per_us;
        const double reached = static_cast<double>(below) / total;
        while (wanted <= reached && below < trips.count()) {
            text += row(value_us, wanted, below);
            wanted = next_share(wanted);
        }
    }
    if (trips.count() > 0) {
        text += row(static_cast<double>(trips.maximum()) / ns_per_us, 1, trips.count());
    }
    return text;
}

}  // namespace

std::string hgrm_text(const MeasurementResult& result) {
    const Histogram trips = pooled_trips(result);
    std::array<char, 512> footer{};
    std::snprintf(footer.data(), footer.size(),
                  "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n"
                  "#[Max     = %12.3f, Total count    = %12" PRIu64
                  "]\n"
                  "#[Buckets = %12zu, SubBuckets     = %12" PRIu64 "]\n",
                  trips.mean().value_or(0) / ns_per_us,
                  trips.standard_deviation().value_or(0) / ns_per_us,
                  static_cast<double>(trips.maximum()) / ns_per_us, trips.count(),
                  Histogram::bucket_count / Histogram::sub_buckets, Histogram::sub_buckets);
    return "       Value     Percentile TotalCount 1/(1-Percentile)\n\n" + rows_of(trips) +
           footer.data() + "#[Values are microseconds, pooled over the complete runs; " +
           printable(result.context.server_name) + ", closed loop, " +
           std::to_string(result.context.connections) + " connections]\n";
}

}  // namespace volley
