#include "stats/histogram.hh"

#include <cmath>
#include <string>

#include "base/error.hh"

namespace volley {

namespace {

[[noreturn]] void refuse_sparse(const std::string& what) {
    throw Error(ExitCode::failed, "histogram: " + what,
                "the result is damaged or was written by another version");
}

// The least and greatest moments that samples in these buckets can have.
struct Bounds {
    std::uint64_t count = 0;
    long double sum_low = 0;
    long double sum_high = 0;
    long double squares_low = 0;
    long double squares_high = 0;
};

Bounds bounds_of(const std::vector<std::pair<std::size_t, std::uint64_t>>& buckets,
                 const Histogram::Exact& exact) {
    Bounds bounds;
    for (const auto& [bucket, count] : buckets) {
        const auto low = static_cast<long double>(Histogram::bucket_low(bucket));
        // The last bucket is open: only the maximum limits its values.
        const auto high =
            static_cast<long double>(bucket + 1 == Histogram::bucket_count
                                         ? std::max(exact.maximum, Histogram::bucket_low(bucket))
                                         : Histogram::bucket_high(bucket) - 1);
        const auto samples = static_cast<long double>(count);
        bounds.count += count;
        bounds.sum_low += samples * low;
        bounds.sum_high += samples * high;
        bounds.squares_low += samples * low * low;
        bounds.squares_high += samples * high * high;
    }
    return bounds;
}

void check_buckets(const std::vector<std::pair<std::size_t, std::uint64_t>>& buckets) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        const auto& [bucket, samples] = buckets[i];
        if (bucket >= Histogram::bucket_count) {
            refuse_sparse("bucket " + std::to_string(bucket) + " is beyond the last one, " +
                          std::to_string(Histogram::bucket_count - 1));
        }
        if (i > 0 && bucket <= buckets[i - 1].first) {
            refuse_sparse("bucket " + std::to_string(bucket) + " comes after bucket " +
                          std::to_string(buckets[i - 1].first) + ", not in ascending order");
        }
        if (samples == 0 || count + samples < count) {
            refuse_sparse("bucket " + std::to_string(bucket) + " has an impossible count of " +
                          std::to_string(samples));
        }
        count += samples;
    }
}

void check_exact(const std::vector<std::pair<std::size_t, std::uint64_t>>& buckets,
                 const Histogram::Exact& exact) {
    if (buckets.empty()) {
        if (exact.minimum != 0 || exact.maximum != 0 || exact.sum != 0 ||
            exact.sum_of_squares != 0) {
            refuse_sparse("no samples, but moments that are not 0");
        }
        return;
    }
    if (exact.minimum > exact.maximum ||
        Histogram::bucket_of(exact.minimum) != buckets.front().first) {
        refuse_sparse("the minimum, " + std::to_string(exact.minimum) +
                      " ns, does not lie in the first bucket used");
    }
    if (Histogram::bucket_of(exact.maximum) != buckets.back().first) {
        refuse_sparse("the maximum, " + std::to_string(exact.maximum) +
                      " ns, does not lie in the last bucket used");
    }
    const Bounds bounds = bounds_of(buckets, exact);
    const auto sum = static_cast<long double>(exact.sum);
    if (sum < bounds.sum_low || sum > bounds.sum_high) {
        refuse_sparse("the sum, " + std::to_string(exact.sum) +
                      " ns, does not agree with the counts");
    }
    // The sum of squares was rounded to double when written, and perhaps again as text.
    constexpr long double rounding = 1e-12L;
    const long double squares = exact.sum_of_squares;
    if (!(squares >= bounds.squares_low * (1 - rounding)) ||
        !(squares <= bounds.squares_high * (1 + rounding)) || !(squares < 0x1p128L)) {
        refuse_sparse("the sum of squares does not agree with the counts");
    }
}

}  // namespace

Histogram::Histogram() : counts_(bucket_count, 0) {}

void Histogram::merge(const Histogram& other) {
    if (other.count_ == 0) {
        return;
    }
    const std::size_t last = other.last_bucket();
    for (std::size_t bucket = other.first_bucket(); bucket <= last; ++bucket) {
        counts_[bucket] += other.counts_[bucket];
    }
    count_ += other.count_;
    minimum_ = std::min(minimum_, other.minimum_);
    maximum_ = std::max(maximum_, other.maximum_);
    sum_ += other.sum_;
    sum_of_squares_ += other.sum_of_squares_;
}

void Histogram::clear() {
    if (count_ == 0) {
        return;
    }
    std::fill(counts_.begin() + static_cast<std::ptrdiff_t>(first_bucket()),
              counts_.begin() + static_cast<std::ptrdiff_t>(last_bucket()) + 1, 0);
    count_ = 0;
    minimum_ = ~std::uint64_t{0};
    maximum_ = 0;
    sum_ = 0;
    sum_of_squares_ = 0;
}

double Histogram::sum_of_squares() const {
    return static_cast<double>(sum_of_squares_);
}

std::optional<double> Histogram::mean() const {
    if (count_ == 0) {
        return std::nullopt;
    }
    return static_cast<double>(sum_) / static_cast<double>(count_);
}

std::optional<double> Histogram::standard_deviation() const {
    if (count_ < 2) {
        return std::nullopt;
    }
    // Σx² − (Σx)²/n in whole numbers, because the two agree in most digits if the deviation is
    // small compared with the mean.
    const unsigned __int128 square = static_cast<unsigned __int128>(sum_) * sum_;
    const unsigned __int128 quotient = square / count_;
    const auto remainder = static_cast<double>(static_cast<std::uint64_t>(square % count_));
    // A sum of squares read back from a rounded double can be slightly too small.
    const double whole =
        sum_of_squares_ > quotient ? static_cast<double>(sum_of_squares_ - quotient) : 0.0;
    const double deviations = std::max(0.0, whole - remainder / static_cast<double>(count_));
    return std::sqrt(deviations / static_cast<double>(count_ - 1));
}

double Histogram::value_within(std::size_t bucket, double fraction) const {
    const auto least = static_cast<double>(bucket_low(bucket));
    const std::uint64_t top = bucket_high(bucket) - 1;
    const auto greatest =
        static_cast<double>(bucket + 1 == bucket_count ? std::max(top, maximum_) : top);
    return std::clamp(least + fraction * (greatest - least), static_cast<double>(minimum_),
                      static_cast<double>(maximum_));
}

std::optional<double> Histogram::quantile(double p) const {
    ensure(p >= 0 && p <= 1, "the share of a quantile lies in [0, 1]");
    if (count_ == 0) {
        return std::nullopt;
    }
    if (p == 0) {
        return static_cast<double>(minimum_);
    }
    const double rank = p * static_cast<double>(count_);
    std::uint64_t before = 0;
    const std::size_t last = last_bucket();
    for (std::size_t bucket = first_bucket(); bucket < last; ++bucket) {
        const std::uint64_t here = counts_[bucket];
        if (here != 0 && static_cast<double>(before + here) >= rank) {
            return value_within(bucket,
                                (rank - static_cast<double>(before)) / static_cast<double>(here));
        }
        before += here;
    }
    return value_within(last,
                        (rank - static_cast<double>(before)) / static_cast<double>(counts_[last]));
}

std::uint64_t Histogram::bucket_low(std::size_t bucket) {
    ensure(bucket < bucket_count, "a bucket lies below bucket_count");
    if (bucket < 2 * sub_buckets) {
        return bucket;
    }
    const std::size_t shift = bucket / sub_buckets - 1;
    return (sub_buckets + bucket % sub_buckets) << shift;
}

std::uint64_t Histogram::bucket_high(std::size_t bucket) {
    ensure(bucket < bucket_count, "a bucket lies below bucket_count");
    return bucket + 1 == bucket_count ? std::uint64_t{1} << value_bits : bucket_low(bucket + 1);
}

std::uint64_t Histogram::count_through(std::size_t bucket) const {
    if (count_ == 0) {
        return 0;
    }
    const std::size_t first = first_bucket();
    const std::size_t last = last_bucket();
    if (bucket < first) {
        return 0;
    }
    if (bucket >= last) {
        return count_;
    }
    // Counts from the nearer end of the used buckets, because intervals call this for every window.
    if (bucket - first <= last - bucket) {
        std::uint64_t below = 0;
        for (std::size_t i = first; i <= bucket; ++i) {
            below += counts_[i];
        }
        return below;
    }
    std::uint64_t above = 0;
    for (std::size_t i = bucket + 1; i <= last; ++i) {
        above += counts_[i];
    }
    return count_ - above;
}

std::vector<std::pair<std::size_t, std::uint64_t>> Histogram::sparse() const {
    std::vector<std::pair<std::size_t, std::uint64_t>> buckets;
    if (count_ == 0) {
        return buckets;
    }
    const std::size_t last = last_bucket();
    for (std::size_t bucket = first_bucket(); bucket <= last; ++bucket) {
        if (counts_[bucket] != 0) {
            buckets.emplace_back(bucket, counts_[bucket]);
        }
    }
    return buckets;
}

Histogram Histogram::from_sparse(const std::vector<std::pair<std::size_t, std::uint64_t>>& buckets,
                                 const Exact& exact) {
    check_buckets(buckets);
    check_exact(buckets, exact);
    Histogram histogram;
    if (buckets.empty()) {
        return histogram;
    }
    for (const auto& [bucket, count] : buckets) {
        histogram.counts_[bucket] = count;
        histogram.count_ += count;
    }
    histogram.minimum_ = exact.minimum;
    histogram.maximum_ = exact.maximum;
    histogram.sum_ = exact.sum;
    histogram.sum_of_squares_ = static_cast<unsigned __int128>(exact.sum_of_squares);
    return histogram;
}

}  // namespace volley
