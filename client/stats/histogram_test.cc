#include "stats/histogram.hh"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/error.hh"
#include "base/random.hh"

namespace volley {

namespace {

Histogram of(const std::vector<std::uint64_t>& values) {
    Histogram histogram;
    for (const std::uint64_t value : values) {
        histogram.record(value);
    }
    return histogram;
}

Histogram::Exact exact_of(const Histogram& histogram) {
    return {histogram.minimum(), histogram.maximum(), histogram.sum(), histogram.sum_of_squares()};
}

void expect_same(const Histogram& left, const Histogram& right) {
    EXPECT_EQ(left.count(), right.count());
    EXPECT_EQ(left.minimum(), right.minimum());
    EXPECT_EQ(left.maximum(), right.maximum());
    EXPECT_EQ(left.sum(), right.sum());
    EXPECT_EQ(left.sum_of_squares(), right.sum_of_squares());
    EXPECT_EQ(left.sparse(), right.sparse());
}

// Log-uniform over 1 ns … 60 s.
std::vector<std::uint64_t> many_values() {
    Xoshiro256pp random(7);
    std::vector<std::uint64_t> values(20000);
    for (std::uint64_t& value : values) {
        value = static_cast<std::uint64_t>(std::exp(random.uniform() * std::log(60e9)));
    }
    return values;
}

}  // namespace

TEST(Histogram, BucketsJoinWithoutGapAndAreNarrow) {
    EXPECT_EQ(Histogram::bucket_low(0), 0U);
    for (std::size_t bucket = 0; bucket < Histogram::bucket_count; ++bucket) {
        const std::uint64_t low = Histogram::bucket_low(bucket);
        const std::uint64_t high = Histogram::bucket_high(bucket);
        ASSERT_LT(low, high);
        ASSERT_EQ(Histogram::bucket_of(low), bucket);
        ASSERT_EQ(Histogram::bucket_of(high - 1), bucket);
        if (bucket + 1 < Histogram::bucket_count) {
            ASSERT_EQ(Histogram::bucket_low(bucket + 1), high);
        }
        // 1 ns, or at most 1/512 of the value.
        ASSERT_TRUE(high - low == 1 || (high - low) * Histogram::sub_buckets <= low);
    }
    EXPECT_EQ(Histogram::bucket_high(Histogram::bucket_count - 1), std::uint64_t{1} << 36U);
}

TEST(Histogram, Empty) {
    const Histogram empty;
    EXPECT_EQ(empty.count(), 0U);
    EXPECT_EQ(empty.minimum(), 0U);
    EXPECT_EQ(empty.maximum(), 0U);
    EXPECT_EQ(empty.sum_of_squares(), 0);
    EXPECT_FALSE(empty.mean());
    EXPECT_FALSE(empty.standard_deviation());
    EXPECT_FALSE(empty.quantile(0.5));
    EXPECT_EQ(empty.count_through(Histogram::bucket_count - 1), 0U);
    EXPECT_TRUE(empty.sparse().empty());
}

TEST(Histogram, OneSample) {
    const Histogram one = of({123456789});
    EXPECT_EQ(one.mean(), 123456789);
    EXPECT_FALSE(one.standard_deviation());
    for (const double p : {0.0, 0.5, 1.0}) {
        EXPECT_EQ(one.quantile(p), 123456789);
    }
}

TEST(Histogram, TwoSamples) {
    const Histogram two = of({100, 300});
    EXPECT_EQ(two.mean(), 200);
    EXPECT_DOUBLE_EQ(*two.standard_deviation(), std::sqrt(20000.0));
    EXPECT_EQ(two.quantile(0.5), 100);
    EXPECT_EQ(two.quantile(0.51), 300);
}

TEST(Histogram, ZeroIsAValue) {
    const Histogram zeros = of({0, 0, 0});
    EXPECT_EQ(zeros.count(), 3U);
    EXPECT_EQ(zeros.quantile(0.5), 0);
    EXPECT_EQ(zeros.standard_deviation(), 0);
}

TEST(Histogram, QuantilesOfWholeNumbersAreExactInTheNarrowBuckets) {
    std::vector<std::uint64_t> values(1000);
    std::iota(values.begin(), values.end(), 1);
    const Histogram histogram = of(values);
    EXPECT_EQ(histogram.quantile(0), 1);
    EXPECT_EQ(histogram.quantile(0.5), 500);
    EXPECT_EQ(histogram.quantile(0.99), 990);
    EXPECT_EQ(histogram.quantile(0.999), 999);
    EXPECT_EQ(histogram.quantile(1), 1000);
}

TEST(Histogram, QuantilesAreLinearWithinABucket) {
    // 8192 … 8207 is one bucket: only their rank distinguishes its values.
    const Histogram histogram = of({8192, 8195, 8200, 8207});
    ASSERT_EQ(histogram.sparse().size(), 1U);
    EXPECT_DOUBLE_EQ(*histogram.quantile(0.5), 8192 + 0.5 * 15);
    EXPECT_EQ(histogram.quantile(1), 8207);
}

TEST(Histogram, QuantilesStayWithinAFifthOfAPercent) {
    std::vector<std::uint64_t> values = many_values();
    const Histogram histogram = of(values);
    std::sort(values.begin(), values.end());
    for (const double p : {0.001, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999}) {
        const auto rank = static_cast<std::size_t>(p * static_cast<double>(values.size()));
        const auto exact = static_cast<double>(values[rank - 1]);
        EXPECT_NEAR(*histogram.quantile(p), exact, exact / 512 + 1) << p;
    }
}

TEST(Histogram, MomentsAreExact) {
    // Squares that need more than 64 bits and differ only in their last digits.
    const std::uint64_t large = 60'000'000'000;
    const Histogram histogram = of({large, large + 1, large + 2});
    EXPECT_EQ(histogram.sum(), 3 * large + 3);
    EXPECT_EQ(histogram.standard_deviation(), 1);
    EXPECT_DOUBLE_EQ(histogram.sum_of_squares(), 3 * 60e9 * 60e9 + 6 * 60e9 + 5);

    const Histogram small = of({3, 4, 12});
    EXPECT_EQ(small.sum_of_squares(), 169);
}

TEST(Histogram, ValuesBeyondTheLastBucketStayExactInTheMoments) {
    const std::uint64_t beyond = (std::uint64_t{1} << 36U) + 12345;
    const std::uint64_t greatest = std::uint64_t{1} << 40U;
    const Histogram histogram = of({1000, beyond, greatest});
    EXPECT_EQ(histogram.count_in(Histogram::bucket_count - 1), 2U);
    EXPECT_EQ(histogram.maximum(), greatest);
    EXPECT_EQ(histogram.sum(), 1000 + beyond + greatest);
    EXPECT_EQ(histogram.quantile(1), static_cast<double>(greatest));
    EXPECT_EQ(Histogram::bucket_of(std::numeric_limits<std::uint64_t>::max()),
              Histogram::bucket_count - 1);
}

TEST(Histogram, MergeEqualsTheWhole) {
    const std::vector<std::uint64_t> values = many_values();
    Histogram whole;
    std::vector<Histogram> parts(3);
    for (std::size_t i = 0; i < values.size(); ++i) {
        whole.record(values[i]);
        parts[i % 3].record(values[i]);
    }
    Histogram merged;
    merged.merge(Histogram());
    for (const Histogram& part : parts) {
        merged.merge(part);
    }
    merged.merge(Histogram());
    expect_same(merged, whole);
}

TEST(Histogram, ClearForgetsAll) {
    Histogram histogram = of({1, 5000, 60'000'000'000});
    histogram.clear();
    expect_same(histogram, Histogram());
    histogram.record(77);
    expect_same(histogram, of({77}));
    // The samples at the ends are removed too, not only hidden.
    histogram.record(0);
    histogram.record(70'000'000'000);
    expect_same(histogram, of({77, 0, 70'000'000'000}));
}

TEST(Histogram, CountThroughAgreesWithASimpleSum) {
    const Histogram histogram = of(many_values());
    std::uint64_t sum = 0;
    for (std::size_t bucket = 0; bucket < Histogram::bucket_count; ++bucket) {
        sum += histogram.count_in(bucket);
        if (bucket % 97 == 0 || bucket + 1 == Histogram::bucket_count) {
            ASSERT_EQ(histogram.count_through(bucket), sum) << bucket;
        }
    }
}

TEST(Histogram, SparseAndBack) {
    const Histogram histogram = of(many_values());
    expect_same(Histogram::from_sparse(histogram.sparse(), exact_of(histogram)), histogram);
    expect_same(Histogram::from_sparse({}, {}), Histogram());
    const Histogram beyond = of({5, std::uint64_t{1} << 50U});
    expect_same(Histogram::from_sparse(beyond.sparse(), exact_of(beyond)), beyond);
}

TEST(Histogram, DamagedSparseFormsAreRefused) {
    const Histogram histogram = of({100, 200, 5000});
    const auto sparse = histogram.sparse();
    const Histogram::Exact exact = exact_of(histogram);
    const auto refused = [](auto buckets, const Histogram::Exact& moments) {
        EXPECT_THROW((void)Histogram::from_sparse(buckets, moments), Error);
    };
    auto buckets = sparse;
    buckets.back().first = Histogram::bucket_count;
    refused(buckets, exact);
    buckets = sparse;
    std::swap(buckets[0], buckets[1]);
    refused(buckets, exact);
    buckets = sparse;
    buckets[1].first = buckets[0].first;
    refused(buckets, exact);
    buckets = sparse;
    buckets[1].second = 0;
    refused(buckets, exact);
    buckets = sparse;
    buckets[1].second = std::numeric_limits<std::uint64_t>::max();
    refused(buckets, exact);
    buckets = sparse;
    buckets[1].second = 2;  // the sum no longer agrees
    refused(buckets, exact);
    for (const Histogram::Exact& wrong :
         {Histogram::Exact{99, 5000, 5300, exact.sum_of_squares},
          Histogram::Exact{100, 6000, 5300, exact.sum_of_squares},
          Histogram::Exact{100, 5000, 6300, exact.sum_of_squares},
          Histogram::Exact{100, 5000, 5300, 2 * exact.sum_of_squares},
          Histogram::Exact{100, 5000, 5300, -1.0},
          Histogram::Exact{100, 5000, 5300, std::numeric_limits<double>::quiet_NaN()}}) {
        refused(sparse, wrong);
    }
    refused(std::vector<std::pair<std::size_t, std::uint64_t>>{}, exact);
}

}  // namespace volley
