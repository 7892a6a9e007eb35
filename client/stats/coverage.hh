// How the coverage tests count hits, and when they pass.
//
// VOLLEY_COVERAGE_SEEDS sets how many seeds each sequence is drawn with. From 1,000 on (as `make
// coverage` runs them) the bands apply as given. With fewer, chance alone moves a share, so the
// bands are widened by three binomial standard errors. Used by tests only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/error.hh"
#include "stats/interval.hh"

namespace volley {

struct Band {
    double low = 0;
    double high = 1;
};

// The confidence that the tests ask for, and the share of intervals that then hold the truth.
inline constexpr double confidence = 0.95;
inline constexpr Band nominal_coverage = {0.945, 0.992};

inline constexpr std::size_t full_form_seeds = 1000;

// The default keeps all coverage tests together under half a minute on one core.
inline std::size_t coverage_seeds() {
    constexpr std::size_t short_form_seeds = 100;
    const char* text = std::getenv("VOLLEY_COVERAGE_SEEDS");
    if (text == nullptr) {
        return short_form_seeds;
    }
    const long seeds = std::strtol(text, nullptr, 10);
    if (seeds < 1) {
        throw Error(ExitCode::usage,
                    "VOLLEY_COVERAGE_SEEDS is \"" + std::string(text) + "\", not a number above 0",
                    "give 1000 for the full form");
    }
    return static_cast<std::size_t>(seeds);
}

inline double share_of(std::size_t hits, std::size_t trials) {
    return static_cast<double>(hits) / static_cast<double>(trials);
}

// Whether hits of trials lie in the band.
inline bool in_band(std::size_t hits, std::size_t trials, Band band) {
    const auto slack = [trials](double edge) {
        return coverage_seeds() >= full_form_seeds
                   ? 0.0
                   : 3 * std::sqrt(edge * (1 - edge) / static_cast<double>(trials));
    };
    const double share = share_of(hits, trials);
    return share >= band.low - slack(band.low) && share <= band.high + slack(band.high);
}

inline bool holds(const std::optional<Interval>& interval, double truth) {
    return interval && interval->low <= truth && truth <= interval->high;
}

}  // namespace volley
