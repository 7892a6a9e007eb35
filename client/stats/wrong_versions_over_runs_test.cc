// The wrong versions over runs: see wrong_versions_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "stats/coverage.hh"
#include "stats/over_runs.hh"
#include "stats/simulated.hh"
#include "stats/stop_rule.hh"
#include "stats/student.hh"

namespace volley {

namespace {

constexpr std::size_t seeds = 4000;
// Drawing the round trips of whole measurements is slow, so there are fewer if few seeds are asked
// for.
const std::size_t measurements = std::min(seeds, 40 * coverage_seeds());

// Ten runs of a server: each run has a level (4 % between runs), its 16 connections differ by 1 %,
// and the 50 trips of each by 5 %. The truth is 1.
constexpr std::size_t run_count = 10;
constexpr std::size_t connection_count = 16;
constexpr std::size_t trips_each = 50;
using Connection = std::vector<double>;
using RunTrips = std::vector<Connection>;

std::vector<RunTrips> draw_runs(std::uint64_t seed) {
    SimulatedSource source(seed);
    std::vector<RunTrips> runs(run_count, RunTrips(connection_count, Connection(trips_each)));
    for (RunTrips& run : runs) {
        const double run_level = 1 + 0.04 * source.normal();
        for (Connection& connection : run) {
            const double level = run_level + 0.01 * source.normal();
            for (double& trip : connection) {
                trip = level + 0.05 * source.normal();
            }
        }
    }
    return runs;
}

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    return sum / static_cast<double>(values.size());
}

std::vector<double> connection_means(const RunTrips& run) {
    std::vector<double> means;
    for (const Connection& connection : run) {
        means.push_back(mean_of(connection));
    }
    return means;
}

std::vector<double> run_means(const std::vector<RunTrips>& runs) {
    std::vector<double> means;
    for (const RunTrips& run : runs) {
        means.push_back(mean_of(connection_means(run)));
    }
    return means;
}

std::optional<Interval> t_interval(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    const double mean = mean_of(values);
    double squares = 0;
    for (const double value : values) {
        squares += (value - mean) * (value - mean);
    }
    const double half_width =
        student_t_critical(count - 1, confidence) * std::sqrt(squares / (count - 1) / count);
    return Interval{mean - half_width, mean + half_width};
}

using FromRuns = std::function<std::optional<Interval>(const std::vector<RunTrips>&)>;

// The band of METHOD.md for normal runs.
bool covers(const FromRuns& interval) {
    std::size_t covered = 0;
    for (std::uint64_t seed = 0; seed < measurements; ++seed) {
        covered += holds(interval(draw_runs(seed)), 1.0) ? 1 : 0;
    }
    const double share = share_of(covered, measurements);
    ::testing::Test::RecordProperty("covered", std::to_string(share));
    return share >= 0.955 && share <= 0.99;
}

std::optional<Interval> library_median_interval(const std::vector<RunTrips>& runs) {
    return summarize_over_runs(run_means(runs), confidence).median.interval;
}

std::optional<Interval> interval_at_rank(const std::vector<RunTrips>& runs, std::size_t rank) {
    std::vector<double> sorted = run_means(runs);
    std::sort(sorted.begin(), sorted.end());
    return Interval{sorted[rank - 1], sorted[sorted.size() - rank]};
}

// Sequential coverage of skewed runs (exp of 6 % times an exponential) at 2 % from six runs on,
// where stopping at a lucky look does most harm.
using StopAfter = std::function<bool(const OverRuns&, std::size_t)>;

double sequential_coverage(const std::function<StopAfter()>& new_rule) {
    std::size_t covered = 0;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimulatedSource source(seed);
        const StopAfter stop = new_rule();
        std::vector<double> values;
        OverRuns summary;
        do {
            values.push_back(std::exp(0.06 * source.exponential()));
            summary = summarize_over_runs(values, confidence);
        } while (!stop(summary, values.size()));
        covered += holds(summary.median.interval, std::exp(0.06 * std::log(2.0))) ? 1 : 0;
    }
    const double share = share_of(covered, seeds);
    ::testing::Test::RecordProperty("covered", std::to_string(share));
    return share;
}

constexpr double precision = 0.02;
constexpr std::size_t least_runs = 6;
constexpr std::size_t most_runs = 60;

StopAfter library_rule() {
    StopRule rule;
    rule.precision = precision;
    rule.least_runs = least_runs;
    rule.most_runs = most_runs;
    return [stopper = RunStopper(rule)](const OverRuns& summary, std::size_t runs) mutable {
        return stopper.after_run({&summary, 1}, runs, Duration::zero(), Duration::zero()).reason !=
               StopReason::go_on;
    };
}

StopAfter one_look_rule() {
    return [](const OverRuns& summary, std::size_t runs) {
        const std::optional<double> reached = summary.median.precision();
        return runs >= most_runs || (runs >= least_runs && reached && *reached <= precision);
    };
}

}  // namespace

TEST(WrongVersionsOverRuns, TripsPooledOverRuns) {
    EXPECT_TRUE(covers(library_median_interval));
    EXPECT_FALSE(covers([](const std::vector<RunTrips>& runs) {
        std::vector<double> trips;
        for (const RunTrips& run : runs) {
            for (const Connection& connection : run) {
                trips.insert(trips.end(), connection.begin(), connection.end());
            }
        }
        return t_interval(trips);
    }));
}

TEST(WrongVersionsOverRuns, ConnectionsAsReplicates) {
    EXPECT_FALSE(covers([](const std::vector<RunTrips>& runs) {
        return t_interval(connection_means(runs.front()));
    }));
    EXPECT_FALSE(covers([](const std::vector<RunTrips>& runs) {
        return summarize_over_runs(connection_means(runs.front()), confidence).median.interval;
    }));
}

TEST(WrongVersionsOverRuns, RanksOffByOne) {
    const std::size_t rank = *sign_interval_rank(run_count, confidence);
    const auto at = [](std::size_t wrong) {
        return [wrong](const std::vector<RunTrips>& runs) { return interval_at_rank(runs, wrong); };
    };
    EXPECT_TRUE(covers(at(rank)));
    EXPECT_FALSE(covers(at(rank + 1)));
    EXPECT_FALSE(covers(at(rank - 1)));
}

TEST(WrongVersionsOverRuns, OneLook) {
    const double right = sequential_coverage(library_rule);
    const double wrong = sequential_coverage(one_look_rule);
    EXPECT_GE(right, 0.935) << right;
    EXPECT_LT(wrong, 0.935) << wrong;
}

// Six runs that agree by chance, and a seventh and eighth that do not.
TEST(WrongVersionsOverRuns, OneLuckyLook) {
    const std::vector<double> values = {1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.30, 0.80};
    const auto runs_until_stop = [&values](StopAfter stop) {
        std::size_t runs = 1;
        while (runs < values.size() &&
               !stop(summarize_over_runs({values.data(), runs}, confidence), runs)) {
            ++runs;
        }
        return runs;
    };
    EXPECT_EQ(runs_until_stop(library_rule()), values.size());
    EXPECT_EQ(runs_until_stop(one_look_rule()), least_runs);
}

}  // namespace volley
