// Do the intervals within a run have their nominal coverage? METHOD.md, "What must be shown:
// coverage".
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "stats/coverage.hh"
#include "stats/simulated.hh"
#include "stats/student.hh"
#include "stats/within_run.hh"

namespace volley {

namespace {

constexpr std::size_t trips_in_run = 131072;
constexpr std::size_t windows_in_run = 48;

// Indices into Watched.
constexpr std::size_t mean = 0;
constexpr std::size_t p50 = 1;
constexpr std::size_t p99 = 2;
constexpr std::size_t p999 = 3;

// The results for one statistic over all seeds.
struct Outcome {
    std::size_t given = 0;      // seeds with an interval, not "not yet known"
    std::size_t covered = 0;    // of these, those that hold the truth
    std::size_t not_wrong = 0;  // held the truth, or nothing was claimed
    std::size_t warned = 0;     // nothing was claimed, or the run was flagged as drifting
    std::size_t honest = 0;     // held the truth, or warned
};

struct Coverage {
    std::size_t seeds = 0;
    std::size_t drift = 0;
    std::size_t naive = 0;  // the mean ± 1.96·s/√n held the truth
    std::array<Outcome, 4> of{};
};

bool naive_holds(const std::vector<Histogram>& windows, double truth) {
    Histogram all;
    for (const Histogram& window : windows) {
        all.merge(window);
    }
    const double half_width = normal_critical(confidence) * *all.standard_deviation() /
                              std::sqrt(static_cast<double>(all.count()));
    return std::abs(*all.mean() - truth) <= half_width;
}

void count(const std::optional<Estimate>& estimate, double truth, bool drift, Outcome& outcome) {
    const bool given = estimate && estimate->interval;
    const bool covered = given && holds(estimate->interval, truth);
    outcome.given += given ? 1 : 0;
    outcome.covered += covered ? 1 : 0;
    outcome.not_wrong += covered || !given ? 1 : 0;
    outcome.warned += drift || !given ? 1 : 0;
    outcome.honest += covered || drift || !given ? 1 : 0;
}

// Prints a row of the table.
void print(const SimulatedSequence& sequence, const Coverage& coverage) {
    std::printf("%-24s", sequence.name.c_str());
    for (std::size_t i = 0; i < coverage.of.size(); ++i) {
        const Outcome& outcome = coverage.of[i];
        if (outcome.given == 0) {
            std::printf(" | %-5s   -   (0.000)", watched_names[i]);
        } else {
            std::printf(" | %-5s %.3f (%.3f)", watched_names[i],
                        share_of(outcome.covered, outcome.given),
                        share_of(outcome.given, coverage.seeds));
        }
    }
    std::printf(" | drift %.3f | naive mean %.3f\n", share_of(coverage.drift, coverage.seeds),
                share_of(coverage.naive, coverage.seeds));
}

Coverage measure(const SimulatedSequence& sequence, std::size_t trips_each = trips_in_run) {
    Coverage coverage;
    coverage.seeds = coverage_seeds();
    std::vector<double> trips(trips_each);
    std::vector<Histogram> windows(windows_in_run);
    for (std::size_t seed = 0; seed < coverage.seeds; ++seed) {
        SimulatedSource source(seed);
        sequence.draw(source, trips);
        record_in_windows(trips, windows);
        const bool drift = flags_within_run(windows).drift;
        coverage.drift += drift ? 1 : 0;
        coverage.naive += naive_holds(windows, sequence.truth[mean]) ? 1 : 0;
        count(mean_within_run(windows, confidence), sequence.truth[mean], drift, coverage.of[mean]);
        for (std::size_t i = 0; i < watched_quantiles.size(); ++i) {
            count(quantile_within_run(windows, watched_quantiles[i], confidence),
                  sequence.truth[i + 1], drift, coverage.of[i + 1]);
        }
    }
    print(sequence, coverage);
    return coverage;
}

// Intervals hold the truth at a rate within the band, and at least the share `given_in` of the
// seeds has one: an interval that is never given proves nothing.
void expect_covered(const Coverage& coverage, std::size_t statistic, Band band,
                    double given_in = 0.99) {
    const Outcome& outcome = coverage.of[statistic];
    EXPECT_TRUE(in_band(outcome.given, coverage.seeds, {given_in, 1}))
        << watched_names[statistic] << ": an interval in " << outcome.given << " of "
        << coverage.seeds;
    ASSERT_GT(outcome.given, 0U);
    EXPECT_TRUE(in_band(outcome.covered, outcome.given, band))
        << watched_names[statistic] << ": " << outcome.covered << " of " << outcome.given
        << " hold the truth, asked for " << band.low << " to " << band.high;
}

// Near the limit of what can be known, the seeds that give an interval are those that underestimate
// the variance. The promise there is that few seeds give a wrong one.
void expect_rarely_wrong(const Coverage& coverage, std::size_t statistic, double least) {
    EXPECT_TRUE(in_band(coverage.of[statistic].not_wrong, coverage.seeds, {least, 1}))
        << watched_names[statistic] << ": " << coverage.seeds - coverage.of[statistic].not_wrong
        << " wrong intervals of " << coverage.seeds;
}

void expect_honest(const Coverage& coverage, std::size_t statistic, double least) {
    EXPECT_TRUE(in_band(coverage.of[statistic].honest, coverage.seeds, {least, 1}))
        << watched_names[statistic] << ": " << coverage.of[statistic].honest << " of "
        << coverage.seeds << " hold the truth or warn";
}

void expect_warned(const Coverage& coverage, std::size_t statistic, double least) {
    EXPECT_TRUE(in_band(coverage.of[statistic].warned, coverage.seeds, {least, 1}))
        << watched_names[statistic] << ": " << coverage.of[statistic].warned << " of "
        << coverage.seeds << " warn";
}

}  // namespace

TEST(CoverageWithinRun, Independent) {
    const Coverage coverage = measure(independent_sequence());
    for (std::size_t i = 0; i < coverage.of.size(); ++i) {
        expect_covered(coverage, i, nominal_coverage);
    }
}

TEST(CoverageWithinRun, ShortMemory) {
    const Coverage half = measure(autoregressive_sequence("AR(1) 0.5", 0.5));
    for (std::size_t i = 0; i < half.of.size(); ++i) {
        expect_covered(half, i, nominal_coverage);
    }
    const Coverage nine_tenths = measure(autoregressive_sequence("AR(1) 0.9", 0.9));
    for (const std::size_t i : {mean, p50, p99}) {
        expect_covered(nine_tenths, i, nominal_coverage);
    }
    expect_covered(nine_tenths, p999, nominal_coverage, 0.6);
    // The control: the usual method is already wrong here.
    EXPECT_TRUE(in_band(nine_tenths.naive, nine_tenths.seeds, {0, 0.5}));
}

TEST(CoverageWithinRun, MemoryOfAHundredTrips) {
    const SimulatedSequence sequence = autoregressive_sequence("AR(1) 0.99", 0.99);
    const Coverage coverage = measure(sequence);
    expect_covered(coverage, mean, nominal_coverage);
    expect_covered(coverage, p50, nominal_coverage);
    expect_rarely_wrong(coverage, p99, nominal_coverage.low);
    expect_honest(coverage, p999, 0.89);
}

TEST(CoverageWithinRun, MemoryOfAThousandTrips) {
    const Coverage coverage = measure(autoregressive_sequence("AR(1) 0.999", 0.999));
    expect_covered(coverage, mean, {0.93, 1});
    expect_covered(coverage, p50, {0.93, 1}, 0.9);
    expect_warned(coverage, p99, 0.99);
    expect_warned(coverage, p999, 0.99);
}

TEST(CoverageWithinRun, HeavyTails) {
    for (const auto& sequence :
         {pareto_sequence("Pareto 3", 3), pareto_sequence("Pareto 2.1", 2.1)}) {
        const Coverage coverage = measure(sequence);
        for (std::size_t i = 0; i < coverage.of.size(); ++i) {
            expect_covered(coverage, i, {0.94, 1});
        }
    }
}

TEST(CoverageWithinRun, TwoModes) {
    const Coverage coverage = measure(two_mode_sequence());
    expect_covered(coverage, mean, {0.94, 1});
    expect_covered(coverage, p50, {0.92, 1});
}

TEST(CoverageWithinRun, Queue) {
    const Coverage coverage = measure(queue_sequence());
    expect_covered(coverage, mean, {0.92, 1});
    expect_covered(coverage, p50, {0.92, 1});
    expect_rarely_wrong(coverage, p99, 0.92);
}

// The p99 of the two sequences for which 131,072 trips are too few. With eight times as many it is
// known, and covered.
TEST(CoverageWithinRun, LongerRunsKnowTheTail) {
    constexpr std::size_t longer = 8 * trips_in_run;
    SimulatedSequence memory = autoregressive_sequence("AR(1) 0.99, 8 N", 0.99);
    expect_covered(measure(memory, longer), p99, nominal_coverage);
    SimulatedSequence queue = queue_sequence();
    queue.name += ", 8 N";
    expect_covered(measure(queue, longer), p99, {0.92, 1}, 0.9);
}

TEST(CoverageWithinRun, WarmUpIsFlagged) {
    const Coverage step = measure(
        warm_up_sequence("step warm-up", [](double over) { return over < 0.25 ? 1.1 : 1.0; }));
    EXPECT_TRUE(in_band(step.drift, step.seeds, {0.95, 1}));
    const Coverage exponential = measure(warm_up_sequence(
        "exponential warm-up", [](double over) { return 1 + 0.5 * std::exp(-8 * over); }));
    EXPECT_TRUE(in_band(exponential.drift, exponential.seeds, {0.95, 1}));
}

TEST(CoverageWithinRun, ShortWarmUpIsLeftOut) {
    const Coverage coverage = measure(
        warm_up_sequence("short warm-up", [](double over) { return over < 0.1 ? 1.1 : 1.0; }));
    for (std::size_t i = 0; i < coverage.of.size(); ++i) {
        expect_covered(coverage, i, nominal_coverage);
    }
}

TEST(CoverageWithinRun, NoStationarySequenceAtAll) {
    for (const auto& sequence : {one_over_f_sequence(), level_shift_sequence()}) {
        const Coverage coverage = measure(sequence);
        for (std::size_t i = 0; i < coverage.of.size(); ++i) {
            expect_honest(coverage, i, 0.80);
        }
    }
}

// Thirteen spikes of 500 µs in a run are enough to know their share of the mean.
TEST(CoverageWithinRun, RareSpikes) {
    const Coverage coverage = measure(spike_sequence("spikes 1e-4, 500 us", 1e-4, 500e3));
    for (std::size_t i = 0; i < coverage.of.size(); ++i) {
        expect_covered(coverage, i, {0.94, 1});
    }
}

// The known limit: one spike per run that carries 0.25 % of the mean cannot be known before it
// occurs. The mean's interval is too narrow, and this test says by how much; the quantiles still
// hold.
TEST(CoverageWithinRun, KnownLimit) {
    const Coverage coverage = measure(spike_sequence("spikes 1e-5, 2 ms", 1e-5, 2e6));
    expect_covered(coverage, mean, {0.6, 0.9});
    for (const std::size_t i : {p50, p99, p999}) {
        expect_covered(coverage, i, nominal_coverage);
    }
}

}  // namespace volley
