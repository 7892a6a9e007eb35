#include "bench/replay.hh"

#include <gtest/gtest.h>

#include <numeric>

namespace volley {
namespace {

constexpr std::size_t further = 40;

// Runs whose mean and p50 are the given values; each takes a second, and its own interval is ± 1
// ns.
std::vector<ReplayRun> runs_of(const std::vector<double>& values) {
    std::vector<ReplayRun> runs(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        runs[i] = {.values = {values[i], values[i]},
                   .within = {Interval{values[i] - 1, values[i] + 1},
                              Interval{values[i] - 1, values[i] + 1}},
                   .seconds = 1};
    }
    return runs;
}

std::vector<double> normal_values(std::size_t count, double deviation, std::uint64_t seed) {
    SimulatedSource source(seed);
    std::vector<double> values(count);
    std::generate(values.begin(), values.end(),
                  [&] { return 1000 * (1 + deviation * source.normal()); });
    return values;
}

TEST(Replay, EqualRunsStopAtTheLeastNumber) {
    const ReplayedMeasurement measured = replay(runs_of(std::vector<double>(60, 1000)), {});
    EXPECT_EQ(measured.runs, StopRule{}.least_runs);
    EXPECT_TRUE(measured.converged);
    EXPECT_DOUBLE_EQ(measured.seconds, 10);
    EXPECT_DOUBLE_EQ(measured.sign[0]->low, 1000);
    EXPECT_DOUBLE_EQ(measured.single[1]->high, 1001);
}

TEST(Replay, EndsWithTheRunsThatThereAre) {
    std::vector<double> values(25);
    std::iota(values.begin(), values.end(), 1.0);
    const ReplayedMeasurement measured = replay(runs_of(values), {});
    EXPECT_EQ(measured.runs, 25U);
    EXPECT_FALSE(measured.converged);
    // Ranks 8 and 18 of 25.
    EXPECT_DOUBLE_EQ(measured.sign[0]->low, 8);
    EXPECT_DOUBLE_EQ(measured.sign[0]->high, 18);
}

TEST(Replay, TheBudgetOfTheMeasurementCounts) {
    auto runs = runs_of(std::vector<double>(60, 1000));
    for (ReplayRun& run : runs) {
        run.seconds = 50;
    }
    const ReplayedMeasurement measured = replay(runs, {});
    EXPECT_EQ(measured.runs, 3U);  // a fourth would end at 200 s
    EXPECT_FALSE(measured.converged);
    EXPECT_FALSE(measured.sign[0]);
}

TEST(Replay, BothStatisticsDecide) {
    auto runs = runs_of(std::vector<double>(60, 1000));
    for (std::size_t i = 0; i < runs.size(); ++i) {
        runs[i].values[1] = i % 2 == 0 ? 500 : 1500;
    }
    EXPECT_EQ(replay(runs, {}).runs, 60U);
}

TEST(Replay, ShuffledRunsAreStillAllThere) {
    std::vector<std::size_t> all(100);
    std::iota(all.begin(), all.end(), std::size_t{0});
    const auto before = all;
    Xoshiro256pp random(1);
    shuffle(all, random);
    EXPECT_NE(all, before);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, before);
}

// All runs are far apart and a measured run is never a further one, so an interval of no width at
// the first run never covers the median of one further run.
TEST(Replay, NoRunIsOnBothSidesOfASplit) {
    std::vector<double> values(20);
    std::iota(values.begin(), values.end(), 1.0);
    auto runs = runs_of(values);
    for (ReplayRun& run : runs) {
        run.within[0] = Interval{run.values[0], run.values[0]};
    }
    Xoshiro256pp random(1);
    const Replays replays = replay_splits(runs, 1, {}, 200, random);
    EXPECT_EQ(replays.held[0].single.trials, 200U);
    EXPECT_EQ(replays.held[0].single.hits, 0U);
}

TEST(Replay, IntervalsOverRunsHoldAndThoseOfSingleRunsDoNot) {
    const auto runs = runs_of(normal_values(100, 0.04, 3));
    Xoshiro256pp random(1);
    const Replays replays = replay_redrawn(runs, {}, 300, random);
    EXPECT_GE(replays.held[0].sign.value(), 0.93);
    EXPECT_LE(replays.held[0].sign.value(), 0.995);
    EXPECT_LE(replays.held[0].single.value(), 0.1);
    EXPECT_GE(replays.converged.value(), 0.95);
    EXPECT_EQ(replays.runs.size(), 300U);
}

// Half of the runs at one level and half at another: random order hides this; the recorded order
// shows that a measurement in one half knows nothing of the other.
TEST(Replay, TheRingShowsADriftThatSplitsHide) {
    std::vector<double> values(100, 1000);
    std::fill(values.begin() + 50, values.end(), 2000);
    const auto runs = runs_of(values);
    Xoshiro256pp random(1);
    const Replays ring = replay_ring(runs, further, {});
    EXPECT_EQ(ring.held[0].sign.trials, 100U);
    EXPECT_LT(ring.held[0].sign.value(), 0.75);
    EXPECT_GT(replay_splits(runs, further, {}, 100, random).held[0].sign.value(), 0.9);
}

// The ring's yardstick is the next forty runs and no others: ten runs, then a level of 40.
TEST(Replay, TheRingHoldsAgainstTheRunsThatFollow) {
    std::vector<double> values(50, 2000);
    std::fill(values.begin(), values.begin() + 10, 1000);
    const Replays ring = replay_ring(runs_of(values), further, {});
    ASSERT_EQ(ring.runs.front(), 10);
    EXPECT_LT(ring.held[0].sign.hits, 50U);
    EXPECT_EQ(ring.held[0].sign.trials, 50U);
}

// Why "93 of 100 cover the median of 40 further runs" can be demanded of short measurements only.
// The interval itself covers the true median with 97.9 % at 10 runs and 97.3 % at 60.
TEST(Replay, FurtherRunsAreHeldTheLessTheMoreRunsWereUsed) {
    constexpr std::size_t times = 2000;
    const double ten = ideal_coverage(10, further, 0.95, times, 1).value();
    const double twenty = ideal_coverage(20, further, 0.95, times, 1).value();
    const double sixty = ideal_coverage(60, further, 0.95, times, 1).value();
    std::printf(
        "coverage of the median of 40 further ideal runs: 10 runs %.3f, 20 runs %.3f, 60 runs "
        "%.3f\n",
        ten, twenty, sixty);
    EXPECT_GE(ten, 0.93);
    EXPECT_LT(twenty, 0.93);
    EXPECT_LT(sixty, 0.87);
}

TEST(Replay, IdealRunsHoldTheTrueMedianAsOftenAsPromised) {
    const auto like = runs_of(normal_values(100, 0.15, 5));
    const IdealReplays ideal = replay_ideal(like, further, {}, 200, 1);
    EXPECT_GE(ideal.truth.held[1].sign.value(), 0.91);
    EXPECT_LT(ideal.further.held[1].sign.value(), ideal.truth.held[1].sign.value());
}

TEST(Replay, TheSameSeedGivesTheSameCounts) {
    const auto runs = runs_of(normal_values(100, 0.2, 7));
    Xoshiro256pp first(9);
    Xoshiro256pp second(9);
    const Replays one = replay_splits(runs, further, {}, 20, first);
    const Replays other = replay_splits(runs, further, {}, 20, second);
    EXPECT_EQ(one.runs, other.runs);
    EXPECT_EQ(one.held[0].sign.hits, other.held[0].sign.hits);
}

TEST(Replay, NothingTriedIsAShareOfNothing) {
    EXPECT_EQ(Share{}.value(), 0);
    EXPECT_EQ(Share{}.error(), 0);
}

}  // namespace
}  // namespace volley
