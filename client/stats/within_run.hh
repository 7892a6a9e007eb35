// Estimates from the windows of one run, with intervals that allow for autocorrelation.
//
// They are diagnostics, and the interval of a single-run measurement, labelled "within this run
// only": one server process says little about the next one (see over_runs.hh). Mean: ratio
// estimator over windows; variance the larger of an AR(1)-inflated batch variance and a lugsail
// combination of two batch sizes (Vats and Flegal); skewness-corrected t limits (Johnson 1978;
// Willink 2005). Quantiles: the same variance on counts at a bucket edge, turned into an effective
// sample size, then Clopper–Pearson limits mapped back through the histogram (Woodruff 1952; Korn
// and Graubard 1998). Trend: von Neumann's ratio.
#pragma once

#include <optional>
#include <span>

#include "stats/histogram.hh"
#include "stats/interval.hh"

namespace volley {

// windows: the measured windows of a run in time order, already without the warm-up. The first
// eighth is left out here. confidence: in (0, 1), e.g. 0.95. Estimates are in ns. Nothing if no
// sample is left; no interval with fewer than 4 windows or if it cannot be known.
[[nodiscard]] std::optional<Estimate> mean_within_run(std::span<const Histogram> windows,
                                                      double confidence);

// p in (0, 1). The interval is absent if n_e · min(p, 1 − p) < 20 ("not yet known").
[[nodiscard]] std::optional<Estimate> quantile_within_run(std::span<const Histogram> windows,
                                                          double p, double confidence);

struct RunFlags {
    bool trend = false;  // von Neumann z above 1.645
    bool drift = false;  // trend, or first and last third differ by more than 3 standard errors
    bool tail_dominated = false;  // one window holds half of the sum of squared deviations
};
[[nodiscard]] RunFlags flags_within_run(std::span<const Histogram> windows);

// The stop rule of a single-run measurement: call look() at every eighth window between 32 and 64.
// True at the second consecutive look at which every watched statistic met the target without a
// trend. The caller enforces the least duration (5 s).
class WithinRunStop {
  public:
    // Returns whether to stop. met: all statistics within the precision; trend: RunFlags::trend.
    [[nodiscard]] bool look(bool met, bool trend);

  private:
    int consecutive_ = 0;
};

}  // namespace volley
