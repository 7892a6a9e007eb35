// How far one group of values lies above another, unpaired group: the Hodges-Lehmann shift with the
// interval of the rank-sum test.
//
// Why not the difference of two medians: its interval needs a density or a bootstrap, and ten runs
// are too few for either. The shift is the median of all differences a − b, and its interval is
// exact for any common distribution, heavy tails included (Hodges and Lehmann, "Estimates of
// location based on rank tests", 1963; Lehmann, "Nonparametrics", 1975, section 2.6). It assumes
// that the values of each group are exchangeable, so it does not allow for a machine that drifts
// between them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "stats/interval.hh"

namespace volley {

// The 1-based rank k so that the k-th least and the k-th greatest of the a·b differences enclose
// the shift with at least `confidence`. Uses exact counts of Mann and Whitney's U up to a·b =
// 1,000, and beyond that the normal approximation with continuity correction. Nothing with too few
// values (three against three at 0.95).
[[nodiscard]] std::optional<std::size_t> rank_sum_interval_rank(std::size_t a, std::size_t b,
                                                                double confidence);

// The least number of values in each group that can give an interval: 4 at 0.95.
[[nodiscard]] std::size_t least_values_for(double confidence);

// The median of all a_i − b_j with its interval. At least one value in each group.
[[nodiscard]] Estimate shift_between(std::span<const double> a, std::span<const double> b,
                                     double confidence);

}  // namespace volley
