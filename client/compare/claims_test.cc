// How often compare claims that identical servers differ. All claims of a comparison count: those
// of every cell and every statistic, in every printed form.
//
// The runs are simulated with a known truth (no server differs) and behave like those of a real
// machine: its speed drifts, all runs of a round share the drift, and each figure of a run has a
// deviation of its own, much larger for the tail. A run's deviations are independent between
// statistics, because then claims add up fastest.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "compare/analysis.hh"
#include "compare/change.hh"
#include "compare/documents.hh"
#include "compare/measured_for_tests.hh"
#include "compare/ranking.hh"
#include "stats/coverage.hh"
#include "stats/simulated.hh"

namespace volley {

namespace {

// The target: at most this share of comparisons has a claim.
constexpr Band allowed{0, 0.05};

std::size_t simulations() {
    constexpr std::size_t a_seed = 4;  // a comparison is cheap: the short form draws 400
    return coverage_seeds() >= full_form_seeds ? coverage_seeds() : a_seed * coverage_seeds();
}

MeasuredRun drawn_run(SimulatedSource& source, std::uint64_t round, double drift) {
    const auto value = [&](double level, double own) {
        return level * std::exp(0.2 * drift + own * source.normal());
    };
    // Drawn in this order, as in a braced list.
    return fixture::run_with(
        {.mean = value(90'000, 0.05), .p50 = value(85'000, 0.04), .p99 = value(150'000, 0.4)},
        round);
}

// Identical servers under different names, measured in `rounds` rounds.
Results identical_servers(std::uint64_t seed, std::size_t servers, std::size_t rounds,
                          bool drifts) {
    SimulatedSource source(seed);
    Results results{.file = "drawn.jsonl"};
    for (std::size_t server = 0; server < servers; ++server) {
        results.cells.push_back(fixture::cell_named("server" + std::to_string(server)));
        results.cells.back().contexts.emplace_back();
    }
    constexpr double phi = 0.85;
    double drift = drifts ? source.normal() : 0;
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        for (auto& cell : results.cells) {
            cell.runs.push_back(drawn_run(source, round, drift));
        }
        drift = drifts ? phi * drift + std::sqrt(1 - phi * phi) * source.normal() : 0;
    }
    for (auto& cell : results.cells) {
        std::vector<double> means;
        for (const auto& run : cell.runs) {
            means.push_back(*run.figures.value(*find_statistic("mean")));
        }
        // The only figure that the analysis itself reads, for the ranking.
        cell.figures.push_back({.field = find_statistic("mean"),
                                .value = summarize_over_runs(means, 0.95).median.point,
                                .interval = {},
                                .over_runs = {}});
    }
    return results;
}

// Sweeps make 10 to 30 rounds in practice. For half of these numbers the sign interval errs almost
// as often as it may.
std::size_t rounds_of(std::uint64_t seed) {
    constexpr std::size_t lengths[]{10, 12, 15, 17, 20, 30};
    return lengths[seed % std::size(lengths)];
}

bool claims(const std::string& text) {
    return text.find("faster") != std::string::npos || text.find("slower") != std::string::npos;
}

// In the text and in Markdown the claims are in the last column; the notes explain the words.
bool claims(const std::vector<TextTable>& tables) {
    for (const auto& table : tables) {
        for (const auto& row : table.rows) {
            if (claims(row.back())) {
                return true;
            }
        }
    }
    return false;
}

AnalysisRequest mean_request() {
    AnalysisRequest asked;
    asked.statistic = find_statistic("mean");
    return asked;
}

struct Tally {
    std::size_t with_claims = 0;
    std::size_t undecided = 0;  // too few rounds for any verdict
};

Tally tally(std::size_t servers, const std::optional<std::string>& baseline) {
    Tally counted;
    for (std::uint64_t seed = 0; seed < simulations(); ++seed) {
        AnalysisRequest asked = mean_request();
        asked.baseline = baseline;
        const Analysis analysis =
            analyse(identical_servers(seed, servers, rounds_of(seed), true), asked);
        const bool any = claims(csv_document(analysis)) || claims(ranking_tables(analysis));
        EXPECT_TRUE(any || !claims(json_document(analysis)));
        counted.with_claims += any ? 1 : 0;
        counted.undecided += csv_document(analysis).find("more runs") != std::string::npos ? 1 : 0;
    }
    std::printf("claims that %zu identical servers differ: %.4f of comparisons\n", servers,
                share_of(counted.with_claims, simulations()));
    return counted;
}

}  // namespace

TEST(CoverageClaims, OfTwoIdenticalServersAreMadeInFivePercentAtMost) {
    for (const auto& baseline :
         {std::optional<std::string>(), std::optional<std::string>("server0")}) {
        const Tally counted = tally(2, baseline);
        EXPECT_TRUE(in_band(counted.with_claims, simulations(), allowed))
            << counted.with_claims << " of " << simulations();
        // A method that cannot claim anything would pass, too.
        EXPECT_EQ(counted.undecided, 0U);
    }
}

TEST(CoverageClaims, OfEightIdenticalServersAreMadeInFivePercentAtMost) {
    for (const auto& baseline :
         {std::optional<std::string>(), std::optional<std::string>("server0")}) {
        const Tally counted = tally(8, baseline);
        EXPECT_TRUE(in_band(counted.with_claims, simulations(), allowed))
            << counted.with_claims << " of " << simulations();
        // Ten and twelve rounds are too few for the tail with so many comparisons, and the output
        // says so.
        EXPECT_LE(counted.undecided, simulations() / 2 + 1);
    }
}

// Two files from a machine that does not drift: the case that the interval of OLD against NEW
// covers.
TEST(CoverageClaims, OfIdenticalFilesAreMadeInFivePercentAtMost) {
    for (const std::size_t servers : {1U, 2U, 8U}) {
        std::size_t with_claims = 0;
        for (std::uint64_t seed = 0; seed < simulations(); ++seed) {
            const std::size_t runs = rounds_of(seed);
            const Change change =
                find_change(identical_servers(2 * seed, servers, runs, false),
                            identical_servers(2 * seed + 1, servers, runs, false), mean_request());
            const bool any = claims(csv_document(change)) || claims({change_table(change)});
            EXPECT_TRUE(any || slower_cells(change, 0).empty());
            with_claims += any ? 1 : 0;
        }
        std::printf("claims that %zu identical cells of two files differ: %.4f of comparisons\n",
                    servers, share_of(with_claims, simulations()));
        // The rank-sum test errs exactly as often as it may, so chance alone puts half of all
        // tallies above the limit.
        const double slack =
            3 * std::sqrt(allowed.high * (1 - allowed.high) / static_cast<double>(simulations()));
        EXPECT_LE(share_of(with_claims, simulations()), allowed.high + slack);
    }
}

TEST(CoverageClaims, TheSharesOfAFamilyAddUpToItsWholeError) {
    for (const std::size_t pairs : {1U, 2U, 7U, 28U}) {
        for (const std::size_t statistics : {1U, 2U, 3U, 4U}) {
            const ClaimFamily family{pairs, statistics};
            double shares = 0;
            for (std::size_t at = 0; at < statistics; ++at) {
                shares += static_cast<double>(pairs) / static_cast<double>(family.divisor(at));
            }
            EXPECT_NEAR(shares, 1, 1e-12);
        }
    }
}

// A real difference in the tail only is still claimed, for the tail.
TEST(CoverageClaims, ATailThatIsLongerIsSaidBesideMeansThatAreAlike) {
    Results results = identical_servers(7, 2, 20, true);
    for (auto& run : results.cells[1].runs) {
        fixture::set_figure(run, "p99", 9 * *run.figures.value(*find_statistic("p99")));
    }
    AnalysisRequest asked = mean_request();
    asked.baseline = "server0";
    const Analysis analysis = analyse(std::move(results), asked);
    const TextTable table = ranking_tables(analysis).front();
    const std::string verdicts = table.rows[0].back() + table.rows[1].back();
    EXPECT_NE(verdicts.find("cannot be told apart; p99 slower"), std::string::npos) << verdicts;
}

}  // namespace volley
