// Does the headline have its nominal coverage when the measurement decides how many runs it takes?
// And do equal servers look equal? METHOD.md, "What must be shown: coverage".
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "stats/comparison.hh"
#include "stats/coverage.hh"
#include "stats/over_runs.hh"
#include "stats/simulated.hh"
#include "stats/stop_rule.hh"

namespace volley {

namespace {

// Draws the statistic of one run from the distribution over runs; with the truths of that
// distribution.
struct RunDistribution {
    std::string name;
    double median = 1;
    double mean = 1;
    std::function<double(SimulatedSource&)> draw;
};

RunDistribution normal_runs() {
    return {"normal(1, 4 %)", 1, 1,
            [](SimulatedSource& source) { return 1 + 0.04 * source.normal(); }};
}

RunDistribution contaminated_runs() {
    constexpr double share = 0.1;
    constexpr double factor = 1.5;
    const auto cdf = [](double y) {
        return (1 - share) * normal_cdf((y - 1) / 0.04) +
               share * normal_cdf((y / factor - 1) / 0.04);
    };
    double low = 0.5;
    double high = 2;
    while (high - low > 1e-12) {
        const double middle = (low + high) / 2;
        (cdf(middle) < 0.5 ? low : high) = middle;
    }
    return {"10 % of runs x 1.5", low, 1 + share * (factor - 1), [](SimulatedSource& source) {
                const double run = 1 + 0.04 * source.normal();
                return source.uniform() < share ? factor * run : run;
            }};
}

RunDistribution lognormal_runs() {
    constexpr double shape = 0.25;
    return {"lognormal(0.25)", 1, std::exp(shape * shape / 2),
            [](SimulatedSource& source) { return std::exp(shape * source.normal()); }};
}

struct Sequential {
    std::size_t seeds = 0;
    std::size_t covered = 0;
    std::size_t t_covered = 0;  // the control: Student's t, for its target, the mean
    std::size_t converged = 0;
    std::size_t bimodal = 0;
    std::size_t runs = 0;
};

Sequential measure(const RunDistribution& distribution, double precision) {
    Sequential result;
    result.seeds = 2 * coverage_seeds();
    StopRule rule;
    rule.precision = precision;
    for (std::size_t seed = 0; seed < result.seeds; ++seed) {
        SimulatedSource source(seed);
        RunStopper stopper(rule);
        std::vector<double> values;
        StopDecision decision;
        OverRuns summary;
        while (decision.reason == StopReason::go_on) {
            values.push_back(distribution.draw(source));
            summary = summarize_over_runs(values, rule.confidence);
            decision =
                stopper.after_run({&summary, 1}, values.size(), Duration::zero(), Duration::zero());
        }
        result.covered += holds(summary.median.interval, distribution.median) ? 1 : 0;
        result.t_covered += holds(summary.t_interval, distribution.mean) ? 1 : 0;
        result.converged += decision.reason == StopReason::precision_reached ? 1 : 0;
        result.bimodal += summary.bimodal ? 1 : 0;
        result.runs += values.size();
    }
    std::printf(
        "%-20s at %.0f %% | median %.4f | t of the mean %.4f | converged %.3f | runs %.1f | "
        "bimodal %.3f\n",
        distribution.name.c_str(), 100 * precision, share_of(result.covered, result.seeds),
        share_of(result.t_covered, result.seeds), share_of(result.converged, result.seeds),
        share_of(result.runs, result.seeds), share_of(result.bimodal, result.seeds));
    return result;
}

// One comparison of two equal servers on a machine whose speed drifts: pairs of runs in random
// order, or all runs of one server before all of the other.
bool same_servers_told_apart(std::uint64_t seed, bool in_pairs) {
    constexpr std::size_t rounds = 10;
    constexpr double phi = 0.85;
    constexpr double drift_deviation = 0.10;
    constexpr double own_deviation = 0.04;
    SimulatedSource source(seed);
    double drift = source.normal();
    const auto run = [&] {
        const double value = std::exp(drift_deviation * drift + own_deviation * source.normal());
        drift = phi * drift + std::sqrt(1 - phi * phi) * source.normal();
        return value;
    };
    std::vector<double> a(rounds);
    std::vector<double> b(rounds);
    if (in_pairs) {
        for (std::size_t round = 0; round < rounds; ++round) {
            const bool a_first = source.uniform() < 0.5;
            (a_first ? a : b)[round] = run();
            (a_first ? b : a)[round] = run();
        }
    } else {
        for (double& value : a) {
            value = run();
        }
        for (double& value : b) {
            value = run();
        }
    }
    const Verdict verdict = compare_paired(a, b, 0.95, 1).verdict;
    return verdict == Verdict::lower || verdict == Verdict::higher;
}

}  // namespace

TEST(CoverageOverRuns, NormalRuns) {
    const Sequential wide = measure(normal_runs(), 0.05);
    EXPECT_TRUE(in_band(wide.covered, wide.seeds, {0.955, 0.99})) << wide.covered;
    const Sequential narrow = measure(normal_runs(), 0.02);
    EXPECT_TRUE(in_band(narrow.covered, narrow.seeds, {0.935, 1})) << narrow.covered;
}

TEST(CoverageOverRuns, ContaminatedRuns) {
    const Sequential result = measure(contaminated_runs(), 0.05);
    EXPECT_TRUE(in_band(result.covered, result.seeds, {0.95, 1})) << result.covered;
    EXPECT_TRUE(in_band(result.t_covered, result.seeds, {0, 0.80})) << result.t_covered;
}

TEST(CoverageOverRuns, SkewedRuns) {
    const Sequential result = measure(lognormal_runs(), 0.05);
    EXPECT_TRUE(in_band(result.covered, result.seeds, {0.94, 1})) << result.covered;
}

TEST(CoverageOverRuns, OneModeIsRarelyCalledTwo) {
    for (const std::size_t runs : {8U, 10U, 20U, 60U}) {
        for (const auto& distribution : {normal_runs(), lognormal_runs()}) {
            const std::size_t seeds = 2 * coverage_seeds();
            std::size_t called = 0;
            for (std::size_t seed = 0; seed < seeds; ++seed) {
                SimulatedSource source(seed);
                std::vector<double> values(runs);
                for (double& value : values) {
                    value = distribution.draw(source);
                }
                called += summarize_over_runs(values, 0.95).bimodal ? 1 : 0;
            }
            EXPECT_TRUE(in_band(called, seeds, {0, 0.03})) << called << " at " << runs;
        }
    }
}

TEST(CoverageComparison, SameServersAreRarelyToldApart) {
    const std::size_t seeds = 2 * coverage_seeds();
    std::size_t paired = 0;
    std::size_t blocks = 0;
    for (std::size_t seed = 0; seed < seeds; ++seed) {
        paired += same_servers_told_apart(seed, true) ? 1 : 0;
        blocks += same_servers_told_apart(seed, false) ? 1 : 0;
    }
    std::printf("A/A false alarms: in pairs %.4f, in blocks (control) %.4f\n",
                share_of(paired, seeds), share_of(blocks, seeds));
    EXPECT_TRUE(in_band(paired, seeds, {0.005, 0.05})) << paired << " of " << seeds;
    // The control: with the same drift, AAAA…BBBB finds differences that do not exist.
    EXPECT_TRUE(in_band(blocks, seeds, {0.10, 1})) << blocks << " of " << seeds;
}

}  // namespace volley
