// Whether two servers measured in the same rounds differ: paired by round, the sign interval of log
// ratios.
//
// Where nothing pairs the values (two files, measured one after the other), the shift of the logs
// takes the place of the median of their differences, and the drift of the machine between the two
// stays in the ratio: the caller has to say so.
//
// Rounds, in each of which every server ran once in shuffled order, take out the drift of the
// machine that makes separate measurements disagree. A difference is claimed only where the
// interval excludes 1 and the ratio is more than 1 % from it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "stats/interval.hh"

namespace volley {

enum class Verdict { lower, higher, cannot_be_told_apart, more_rounds_needed };

struct Comparison {
    Estimate ratio;                    // exp(median of ln(a_i/b_i)) with exp(sign interval)
    std::optional<Interval> paired_t;  // secondary: exp(mean ± t·s/√n) of the same logs
    std::size_t rounds = 0;
    Verdict verdict =
        Verdict::more_rounds_needed;  // of a against b: "lower" means a has the smaller values
    std::optional<std::size_t>
        rounds_needed;  // about, to narrow the interval to the ratio's distance from 1
};

// All comparisons of which a verdict is printed: the family that holds together at the confidence.
//
// Half of the error that is allowed belongs to the statistic that decides, so that its verdicts
// cost little, and the other half to the others (Bonferroni with weights: the shares add up to the
// whole error, however the statistics hang together).
struct ClaimFamily {
    // Mean, p50 and p99: what is compared where nobody asks for another statistic.
    static constexpr std::size_t usual_statistics = 3;

    std::size_t pairs = 1;       // of cells that are compared, at least 1
    std::size_t statistics = 1;  // of each pair, at least 1: the first of them decides

    [[nodiscard]] std::size_t comparisons() const { return pairs * statistics; }
    // One over the share of the error that one comparison has of that statistic (0 decides).
    [[nodiscard]] std::size_t divisor(std::size_t statistic) const;
    // Rounds below which a comparison that has the least share cannot claim anything.
    [[nodiscard]] std::size_t least_rounds(double confidence) const;
};

// a, b: the same statistic of two servers, paired by round, all above 0, of the same length (at
// least 1). comparisons: how many are made in the same family; the confidence of each is 1 − (1 −
// confidence)/comparisons (Bonferroni). Fewer than ten rounds: more_rounds_needed.
[[nodiscard]] Comparison compare_paired(std::span<const double> a, std::span<const double> b,
                                        double confidence, std::size_t comparisons);

// The same where nothing pairs the values: exp of the shift between the logs (stats/rank_sum) and
// its interval. "rounds" are then the runs of the smaller side, and there is no paired t. Fewer
// than ten values on either side: more_rounds_needed.
[[nodiscard]] Comparison compare_unpaired(std::span<const double> a, std::span<const double> b,
                                          double confidence, std::size_t comparisons);

}  // namespace volley
