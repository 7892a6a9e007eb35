#include "sweep/schedule.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.hh"

namespace volley {
namespace {

// Cells 0 and 1 are compared with each other, and so are 2 and 3.
const std::vector<ScheduledCell> two_groups = {{0}, {0}, {1}, {1}};

ScheduleRules exactly(std::size_t runs) {
    return {.seed = 42, .runs = runs, .stop = {}};
}
ScheduleRules automatic(StopRule stop = {}) {
    return {.seed = 42, .runs = {}, .stop = stop};
}

Attempt success(const Step& step, double value = 100) {
    return {
        .cell = step.cell, .round = step.round, .complete = true, .seconds = 1, .values = {value}};
}
Attempt failure(const Step& step) {
    return {.cell = step.cell, .round = step.round, .complete = false, .seconds = 1, .values = {}};
}

// Makes runs until the schedule has enough, at most 10,000.
template <typename Run>
std::vector<Step> drain(Schedule& schedule, Run run) {
    std::vector<Step> steps;
    while (const auto step = schedule.next()) {
        steps.push_back(*step);
        EXPECT_TRUE(schedule.add(run(*step)));
        if (steps.size() == 10'000) {
            ADD_FAILURE() << "it does not end";
            break;
        }
    }
    return steps;
}

TEST(Schedule, EveryCellComesOnceARound) {
    Schedule schedule(exactly(5), two_groups);
    const auto steps = drain(schedule, [](const Step& step) { return success(step); });
    ASSERT_EQ(steps.size(), 20U);
    std::map<std::pair<std::uint64_t, std::size_t>, int> times;
    for (std::size_t at = 0; at < steps.size(); ++at) {
        EXPECT_EQ(steps[at].round, at / 4 + 1);
        ++times[{steps[at].round, steps[at].cell}];
    }
    EXPECT_EQ(times.size(), 20U);
    EXPECT_EQ(schedule.state(0), CellState::complete);
}

TEST(Schedule, OrdersDifferBetweenRoundsAndSeedsAndAreEvenlySpread) {
    const Schedule one(exactly(1), two_groups);
    const Schedule other({.seed = 43, .runs = 1, .stop = {}}, two_groups);
    std::map<std::vector<std::size_t>, int> times;
    int same = 0;
    for (std::uint64_t round = 1; round <= 2400; ++round) {
        ++times[one.order(round)];
        same += one.order(round) == other.order(round) ? 1 : 0;
    }
    EXPECT_EQ(times.size(), 24U);  // 4! orders, 100 of each expected
    for (const auto& [order, count] : times) {
        EXPECT_GT(count, 60);
        EXPECT_LT(count, 140);
    }
    EXPECT_LT(same, 200);
}

TEST(Schedule, TheOrderIsTheSameOnEveryMachine) {
    const Schedule schedule(exactly(1), std::vector<ScheduledCell>(6));
    // From an independent implementation of both generators and of the shuffle.
    EXPECT_EQ(schedule.order(1), (std::vector<std::size_t>{4, 2, 3, 5, 1, 0}));
    EXPECT_EQ(schedule.order(2), (std::vector<std::size_t>{1, 3, 0, 4, 2, 5}));
}

TEST(Schedule, GoingOnAfterAnyRunIsGoingOnAsIfNothingHadBeen) {
    const StopRule stop{.precision = 0.03, .least_runs = 6, .most_runs = 25};
    for (const auto& rules : {exactly(7), automatic(stop)}) {
        const auto outcome = [](const Step& step) {
            Xoshiro256pp random(step.round * 10 + step.cell);
            const double value = 100 + 10 * random.uniform() * static_cast<double>(step.cell);
            return random.uniform() < 0.1 ? failure(step) : success(step, value);
        };
        Schedule whole(rules, two_groups);
        const auto steps = drain(whole, outcome);
        for (std::size_t stopped = 0; stopped <= steps.size(); ++stopped) {
            Schedule resumed(rules, two_groups);
            for (std::size_t at = 0; at < stopped; ++at) {
                EXPECT_TRUE(resumed.add(outcome(steps[at])));
            }
            const auto next = resumed.next();
            ASSERT_EQ(next.has_value(), stopped < steps.size());
            if (next) {
                EXPECT_EQ(next->cell, steps[stopped].cell);
                EXPECT_EQ(next->round, steps[stopped].round);
            }
        }
    }
}

TEST(Schedule, ARunThatIsThereTwiceCountsOnce) {
    Schedule schedule(exactly(2), {{0}});
    EXPECT_TRUE(schedule.add(success({1, 0})));
    EXPECT_FALSE(schedule.add(success({1, 0})));
    EXPECT_EQ(schedule.attempts(0), 1U);
    EXPECT_EQ(schedule.next()->round, 2U);
}

TEST(Schedule, AHoleIsFilledFirst) {
    Schedule schedule(exactly(3), {{0}, {0}});
    for (const Step& step : {Step{1, 0}, Step{2, 0}, Step{2, 1}}) {
        EXPECT_TRUE(schedule.add(success(step)));
    }
    EXPECT_EQ(schedule.next()->round, 1U);
    EXPECT_EQ(schedule.next()->cell, 1U);
}

TEST(Schedule, ThreeFailuresInARowEndACellAndNotTheOthers) {
    Schedule schedule(exactly(10), {{0}, {0}});
    const auto steps = drain(
        schedule, [](const Step& step) { return step.cell == 0 ? failure(step) : success(step); });
    EXPECT_EQ(steps.size(), 13U);
    EXPECT_EQ(schedule.state(0), CellState::given_up);
    EXPECT_EQ(schedule.failures(0), 3U);
    EXPECT_EQ(schedule.state(1), CellState::complete);
}

TEST(Schedule, ASuccessBetweenFailuresKeepsACell) {
    Schedule schedule(exactly(9), {{0}});
    const auto steps = drain(schedule, [](const Step& step) {
        return step.round % 3 == 0 ? success(step) : failure(step);
    });
    EXPECT_EQ(steps.size(), 9U);
    EXPECT_EQ(schedule.state(0), CellState::complete);
}

TEST(Schedule, SkippedCellsAreNeverMeasured) {
    Schedule schedule(exactly(2), {{0, true}, {0, false}, {1, false}});
    schedule.skip(2);
    for (const Step& step : drain(schedule, [](const Step& step) { return success(step); })) {
        EXPECT_EQ(step.cell, 1U);
    }
    EXPECT_EQ(schedule.state(0), CellState::skipped);
    EXPECT_EQ(schedule.state(2), CellState::skipped);
}

TEST(Schedule, NothingButSkippedCellsIsNothingToDo) {
    EXPECT_FALSE(Schedule(exactly(2), {{0, true}}).next());
    EXPECT_FALSE(Schedule(automatic(), {{0, true}}).next());
    EXPECT_FALSE(Schedule(automatic(), {}).next());
}

TEST(Schedule, AutoEndsAGroupWhenAllOfItsCellsAreTight) {
    Schedule schedule(automatic(), two_groups);
    // Cell 1 varies and keeps its group going; the other group ends with ten runs.
    const auto steps = drain(schedule, [](const Step& step) {
        return success(step, step.cell == 1 ? 100 + 40 * static_cast<double>(step.round % 2)
                                            : 100 + static_cast<double>(step.round % 2));
    });
    std::map<std::size_t, std::size_t> runs;
    for (const Step& step : steps) {
        ++runs[step.cell];
    }
    EXPECT_EQ(runs[2], 10U);
    EXPECT_EQ(runs[3], 10U);
    EXPECT_EQ(runs[1], StopRule{}.most_runs);
    EXPECT_EQ(runs[0], runs[1]) << "rounds stay paired";
    EXPECT_EQ(schedule.state(0), CellState::tight);
    EXPECT_EQ(schedule.state(1), CellState::spent);
    EXPECT_EQ(schedule.state(2), CellState::tight);
}

TEST(Schedule, AutoSpendsNoMoreThanTheTimeOfACell) {
    Schedule schedule(automatic({.budget = std::chrono::seconds(20)}), {{0}, {0}});
    const auto steps = drain(schedule, [](const Step& step) {
        return success(step, 100 + 40 * static_cast<double>(step.round % 2));
    });
    EXPECT_EQ(steps.size(), 40U);  // 20 runs of a second each
    EXPECT_EQ(schedule.state(0), CellState::spent);
}

TEST(Schedule, AutoGivesUpACellThatOnlyFailsAndGoesOnWithTheRest) {
    Schedule schedule(automatic(), {{0}, {0}});
    const auto steps = drain(
        schedule, [](const Step& step) { return step.cell == 0 ? failure(step) : success(step); });
    EXPECT_EQ(steps.size(), 3U + 10U);
    EXPECT_EQ(schedule.state(0), CellState::given_up);
    EXPECT_EQ(schedule.state(1), CellState::tight);
}

TEST(Schedule, AutoEndsALoneCellThatFailsNowAndThen) {
    Schedule schedule(automatic({.most_runs = 30}), {{0}});
    const auto steps = drain(schedule, [](const Step& step) {
        return step.round % 2 == 0 ? failure(step)
                                   : success(step, 100 + static_cast<double>(step.round * 7 % 60));
    });
    EXPECT_EQ(steps.size(), 30U);
}

TEST(Schedule, ExpectsWhatIsKnownToBeMissing) {
    Schedule schedule(exactly(4), {{0}, {0}});
    EXPECT_EQ(schedule.expected(0), 4U);
    EXPECT_FALSE(schedule.seconds_a_run(0));
    for (std::uint64_t round = 1; round <= 3; ++round) {
        EXPECT_TRUE(schedule.add(failure({round, 0})));
    }
    EXPECT_EQ(schedule.expected(0), 3U);
    EXPECT_EQ(schedule.expected(1), 4U);
    EXPECT_EQ(schedule.seconds_a_run(0), 1.0);
    const Schedule fresh(automatic(), {{0}});
    EXPECT_EQ(fresh.expected(0), 10U);
}

}  // namespace
}  // namespace volley
