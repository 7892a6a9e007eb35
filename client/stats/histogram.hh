// A log-linear histogram of round-trip times, with exact moments.
//
// Why not a library: it is the recorder's inner loop, it must merge exactly, and its bucket edges
// are part of the published method (quantile intervals count trips at bucket edges). Bucket width
// is at most 1/512 (0.2 %) of the value. It does not know about time, threads or windows.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace volley {

class Histogram {
  public:
    // 9 sub-bucket bits: 512 linear buckets per power of two, so at least three significant digits.
    static constexpr unsigned sub_bucket_bits = 9;
    static constexpr std::uint64_t sub_buckets = 1U << sub_bucket_bits;
    // Values are resolved up to 2^36 ns = 68.7 s. Larger ones are counted in the last bucket, and
    // stay exact in maximum(), sum() and sum_of_squares().
    static constexpr unsigned value_bits = 36;
    static constexpr std::size_t bucket_count = (value_bits - sub_bucket_bits + 1) * sub_buckets;

    Histogram();

    // Allocates nothing and has no branch (the compiler makes the limits conditional moves): the
    // recorder's inner loop, about 1 ns. nanoseconds: 0 and up.
    void record(std::uint64_t nanoseconds) {
        ++counts_[bucket_of(nanoseconds)];
        ++count_;
        minimum_ = std::min(minimum_, nanoseconds);
        maximum_ = std::max(maximum_, nanoseconds);
        sum_ += nanoseconds;
        sum_of_squares_ += static_cast<unsigned __int128>(nanoseconds) * nanoseconds;
    }
    // Exact: merging parts equals recording the whole.
    void merge(const Histogram& other);
    // Forgets every sample, keeps the memory. Touches only the buckets between the least and the
    // greatest used.
    void clear();

    [[nodiscard]] std::uint64_t count() const { return count_; }
    // Nanoseconds. minimum() and maximum() are 0 if count() is 0.
    [[nodiscard]] std::uint64_t minimum() const { return count_ == 0 ? 0 : minimum_; }
    [[nodiscard]] std::uint64_t maximum() const { return maximum_; }
    [[nodiscard]] std::uint64_t sum() const { return sum_; }
    // Nanoseconds squared; exact inside, rounded once to double here.
    [[nodiscard]] double sum_of_squares() const;
    // Nothing with too few samples (mean needs 1, standard deviation 2).
    [[nodiscard]] std::optional<double> mean() const;
    [[nodiscard]] std::optional<double> standard_deviation() const;

    // The value at or below which the share p (in [0, 1]) of the samples lies, in ns, linear
    // between the least and the greatest value that a bucket can hold (so exact where buckets are 1
    // ns wide) and clamped to [minimum, maximum]. Nothing if count() is 0.
    [[nodiscard]] std::optional<double> quantile(double p) const;

    // Bucket i holds values in [bucket_low(i), bucket_high(i)), in ns. The last bucket holds larger
    // values too.
    [[nodiscard]] static std::size_t bucket_of(std::uint64_t nanoseconds) {
        // Below 2^(sub_bucket_bits + 1) a bucket is 1 ns wide; each further power of two doubles
        // it.
        const auto shift = static_cast<unsigned>(std::bit_width(nanoseconds | sub_buckets)) -
                           (sub_bucket_bits + 1);
        const std::uint64_t bucket = shift * sub_buckets + (nanoseconds >> shift);
        return std::min<std::uint64_t>(bucket, bucket_count - 1);
    }
    [[nodiscard]] static std::uint64_t bucket_low(std::size_t bucket);
    [[nodiscard]] static std::uint64_t bucket_high(std::size_t bucket);
    [[nodiscard]] std::uint64_t count_in(std::size_t bucket) const { return counts_[bucket]; }
    // Samples in buckets 0 … bucket inclusive.
    [[nodiscard]] std::uint64_t count_through(std::size_t bucket) const;
    // Non-empty buckets as (index, count), ascending: the sparse form of the result file.
    [[nodiscard]] std::vector<std::pair<std::size_t, std::uint64_t>> sparse() const;
    // The inverse, given the exact figures that the sparse form does not hold. Throws Error(failed)
    // if an index is out of range or the counts do not add up.
    struct Exact {
        std::uint64_t minimum = 0;
        std::uint64_t maximum = 0;
        std::uint64_t sum = 0;
        double sum_of_squares = 0;
    };
    [[nodiscard]] static Histogram from_sparse(
        const std::vector<std::pair<std::size_t, std::uint64_t>>& buckets, const Exact& exact);

  private:
    // The lowest and the highest bucket in use; only if count() is above 0.
    [[nodiscard]] std::size_t first_bucket() const { return bucket_of(minimum_); }
    [[nodiscard]] std::size_t last_bucket() const { return bucket_of(maximum_); }
    // The value at `fraction` of the way through a bucket.
    [[nodiscard]] double value_within(std::size_t bucket, double fraction) const;

    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t minimum_ = ~std::uint64_t{0};
    std::uint64_t maximum_ = 0;
    std::uint64_t sum_ = 0;
    unsigned __int128 sum_of_squares_ = 0;  // 60 s squared in ns² exceeds 64 bits
};

}  // namespace volley
