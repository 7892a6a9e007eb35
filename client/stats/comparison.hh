// Whether two servers measured in the same rounds differ: paired by round, the sign interval of log
// ratios.
//
// If the values are not paired (two files, measured one after the other), the shift of the logs
// replaces the median of their differences. The drift of the machine between the two then stays in
// the ratio, and the caller has to say so.
//
// In each round every server runs once, in shuffled order. This removes the drift of the machine,
// which makes separate measurements disagree. A difference is claimed only if the interval excludes
// 1 and the ratio is more than 1 % from 1.
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
        rounds_needed;  // estimate; narrows the interval to the ratio's distance from 1
};

// All comparisons for which a verdict is printed. The confidence holds for all of them together.
//
// Half of the allowed error goes to the deciding statistic, so that its intervals widen little, and
// the other half to the others (weighted Bonferroni: the shares add up to the whole error, however
// the statistics depend on one another).
struct ClaimFamily {
    // Mean, p50 and p99: compared by default.
    static constexpr std::size_t usual_statistics = 3;

    std::size_t pairs = 1;       // of compared cells, at least 1
    std::size_t statistics = 1;  // of each pair, at least 1; the first decides

    [[nodiscard]] std::size_t comparisons() const { return pairs * statistics; }
    // One over the share of the error that one comparison of this statistic gets (0 is the deciding
    // one).
    [[nodiscard]] std::size_t divisor(std::size_t statistic) const;
    // With fewer rounds, a comparison with the smallest share cannot claim a difference.
    [[nodiscard]] std::size_t least_rounds(double confidence) const;
};

// a, b: the same statistic of two servers, paired by round, all above 0, of the same length (at
// least 1). comparisons: the number in the family; the confidence of each is 1 − (1 −
// confidence)/comparisons (Bonferroni). Fewer than ten rounds: more_rounds_needed.
[[nodiscard]] Comparison compare_paired(std::span<const double> a, std::span<const double> b,
                                        double confidence, std::size_t comparisons);

// The same for unpaired values: exp of the shift between the logs (stats/rank_sum) and its
// interval. "rounds" are then the runs of the smaller side, and there is no paired t. Fewer than
// ten values on either side: more_rounds_needed.
[[nodiscard]] Comparison compare_unpaired(std::span<const double> a, std::span<const double> b,
                                          double confidence, std::size_t comparisons);

}  // namespace volley
