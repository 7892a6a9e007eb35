// Seeded sequences of round-trip times whose mean and quantiles are known: the yardstick of the
// coverage tests.
//
// The coverage of an interval can be counted only if the truth is known. Each sequence has one
// feature of real round trips (autocorrelation up to 1/f, heavy tails, modes that last a thousand
// trips, warm-up, shifts, spikes), so that a failure names its cause. All truths are analytic, or
// roots of an analytic distribution function. Used by tests only.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/random.hh"
#include "stats/histogram.hh"

namespace volley {

// Draws from a few distributions, the same on every machine (the standard library's are not).
class SimulatedSource {
  public:
    explicit SimulatedSource(std::uint64_t seed) : bits_(seed) {}

    double uniform() { return bits_.uniform(); }
    double exponential() { return -std::log1p(-uniform()); }  // mean 1
    // Standard normal, by Marsaglia's polar method (1964).
    double normal() {
        if (has_spare_) {
            has_spare_ = false;
            return spare_;
        }
        for (;;) {
            const double x = 2 * uniform() - 1;
            const double y = 2 * uniform() - 1;
            const double radius = x * x + y * y;
            if (radius > 0 && radius < 1) {
                const double factor = std::sqrt(-2 * std::log(radius) / radius);
                spare_ = y * factor;
                has_spare_ = true;
                return x * factor;
            }
        }
    }
    Xoshiro256pp& bits() { return bits_; }

  private:
    Xoshiro256pp bits_;
    double spare_ = 0;
    bool has_spare_ = false;
};

// The statistics under test: the mean and three quantiles, in ns.
inline constexpr std::array<const char*, 4> watched_names = {"mean", "p50", "p99", "p99.9"};
inline constexpr std::array<double, 3> watched_quantiles = {0.5, 0.99, 0.999};
using Watched = std::array<double, 4>;

struct SimulatedSequence {
    std::string name;
    Watched truth{};
    std::function<void(SimulatedSource&, std::span<double>)> draw;  // fills in ns, in time order
};

// Standard normal quantiles at watched_quantiles.
inline constexpr std::array<double, 3> normal_quantiles = {0.0, 2.3263478740408408,
                                                           3.0902323061678132};

inline double normal_cdf(double z) {
    return std::erfc(-z / std::sqrt(2.0)) / 2;
}

// The marginal distribution of most sequences, an increasing function of a standard normal: a fixed
// 5 µs plus a lognormal part. Median 8 µs, p99.9 20.5 µs, skewness 1.75.
inline constexpr double least_trip = 5000;
inline constexpr double lognormal_scale = 3000;
inline constexpr double lognormal_shape = 0.5;
inline double trip_from_normal(double z) {
    return least_trip + lognormal_scale * std::exp(lognormal_shape * z);
}
inline double trip_cdf(double trip) {
    return trip <= least_trip
               ? 0.0
               : normal_cdf(std::log((trip - least_trip) / lognormal_scale) / lognormal_shape);
}
inline double trip_mean() {
    return least_trip + lognormal_scale * std::exp(lognormal_shape * lognormal_shape / 2);
}
inline Watched trip_truth() {
    return {trip_mean(), trip_from_normal(normal_quantiles[0]),
            trip_from_normal(normal_quantiles[1]), trip_from_normal(normal_quantiles[2])};
}

// The quantiles of a distribution function, by bisection.
inline Watched truth_from_cdf(double mean, const std::function<double(double)>& cdf) {
    Watched truth{mean};
    for (std::size_t i = 0; i < watched_quantiles.size(); ++i) {
        double low = 0;
        double high = 1e9;
        while (high - low > 1e-6) {
            const double middle = (low + high) / 2;
            (cdf(middle) < watched_quantiles[i] ? low : high) = middle;
        }
        truth[i + 1] = (low + high) / 2;
    }
    return truth;
}

inline SimulatedSequence independent_sequence() {
    return {"independent", trip_truth(), [](SimulatedSource& source, std::span<double> trips) {
                for (double& trip : trips) {
                    trip = trip_from_normal(source.normal());
                }
            }};
}

// A stationary Gaussian AR(1), mapped to trips.
inline SimulatedSequence autoregressive_sequence(const std::string& name, double phi) {
    return {name, trip_truth(), [phi](SimulatedSource& source, std::span<double> trips) {
                double state = source.normal();
                const double innovation = std::sqrt(1 - phi * phi);
                for (double& trip : trips) {
                    trip = trip_from_normal(state);
                    state = phi * state + innovation * source.normal();
                }
            }};
}

// 1/f: the sum of AR(1) processes whose time constants are 1, 10, … 10,000 trips, of equal
// variance.
inline SimulatedSequence one_over_f_sequence() {
    return {"1/f sum", trip_truth(), [](SimulatedSource& source, std::span<double> trips) {
                constexpr std::size_t parts = 5;
                std::array<double, parts> state{};
                std::array<double, parts> phi{};
                double time_constant = 1;
                for (std::size_t i = 0; i < parts; ++i, time_constant *= 10) {
                    phi[i] = std::exp(-1 / time_constant);
                    state[i] = source.normal();
                }
                const double scale = 1 / std::sqrt(static_cast<double>(parts));
                for (double& trip : trips) {
                    double sum = 0;
                    for (std::size_t i = 0; i < parts; ++i) {
                        sum += state[i];
                        state[i] =
                            phi[i] * state[i] + std::sqrt(1 - phi[i] * phi[i]) * source.normal();
                    }
                    trip = trip_from_normal(sum * scale);
                }
            }};
}

// Independent, P(trip > x) = (5 µs / x)^index: no variance at or below index 2.
inline SimulatedSequence pareto_sequence(const std::string& name, double index) {
    Watched truth{least_trip * index / (index - 1)};
    for (std::size_t i = 0; i < watched_quantiles.size(); ++i) {
        truth[i + 1] = least_trip * std::pow(1 - watched_quantiles[i], -1 / index);
    }
    return {name, truth, [index](SimulatedSource& source, std::span<double> trips) {
                for (double& trip : trips) {
                    trip = least_trip * std::exp(source.exponential() / index);
                }
            }};
}

// Two overlapping modes around 6 and 10 µs, each lasting 1,000 trips on average.
inline SimulatedSequence two_mode_sequence() {
    constexpr std::array<double, 2> medians = {6000, 10000};
    constexpr double shape = 0.2;
    constexpr double leave = 1.0 / 1000;
    const double mean = (medians[0] + medians[1]) / 2 * std::exp(shape * shape / 2);
    const auto cdf = [medians](double x) {
        return x <= 0 ? 0.0
                      : (normal_cdf(std::log(x / medians[0]) / shape) +
                         normal_cdf(std::log(x / medians[1]) / shape)) /
                            2;
    };
    return {"two modes", truth_from_cdf(mean, cdf),
            [medians](SimulatedSource& source, std::span<double> trips) {
                std::size_t mode = source.uniform() < 0.5 ? 0 : 1;
                for (double& trip : trips) {
                    trip = medians[mode] * std::exp(shape * source.normal());
                    mode = source.uniform() < leave ? 1 - mode : mode;
                }
            }};
}

// Sojourn times of successive customers of an M/M/1 queue at load 0.8 (Lindley's recursion), in its
// stationary state; exponential with mean 5 µs / (1 − 0.8).
inline SimulatedSequence queue_sequence() {
    constexpr double service = 5000;
    constexpr double load = 0.8;
    constexpr double mean = service / (1 - load);
    Watched truth{mean};
    for (std::size_t i = 0; i < watched_quantiles.size(); ++i) {
        truth[i + 1] = -mean * std::log1p(-watched_quantiles[i]);
    }
    return {"M/M/1 at 0.8", truth, [](SimulatedSource& source, std::span<double> trips) {
                double wait = source.uniform() < load ? mean * source.exponential() : 0.0;
                for (double& trip : trips) {
                    trip = wait + service * source.exponential();
                    wait = std::max(0.0, trip - service / load * source.exponential());
                }
            }};
}

// Independent trips times a factor that depends on the position in the sequence. The truth is that
// of the trips once the factor has reached 1.
inline SimulatedSequence warm_up_sequence(const std::string& name,
                                          const std::function<double(double)>& factor) {
    return {name, trip_truth(), [factor](SimulatedSource& source, std::span<double> trips) {
                for (std::size_t i = 0; i < trips.size(); ++i) {
                    const double over = static_cast<double>(i) / static_cast<double>(trips.size());
                    trips[i] = trip_from_normal(source.normal()) * factor(over);
                }
            }};
}

// A step up of 15 % at a moment uniform over the sequence. The truth is the mixture of both levels;
// no single sequence can show it, so the shift must be flagged.
inline SimulatedSequence level_shift_sequence() {
    constexpr double step = 1.15;
    const auto cdf = [](double x) { return (trip_cdf(x) + trip_cdf(x / step)) / 2; };
    return {"level shift", truth_from_cdf(trip_mean() * (1 + step) / 2, cdf),
            [](SimulatedSource& source, std::span<double> trips) {
                const double moment = source.uniform() * static_cast<double>(trips.size());
                for (std::size_t i = 0; i < trips.size(); ++i) {
                    trips[i] = trip_from_normal(source.normal()) *
                               (static_cast<double>(i) < moment ? 1.0 : step);
                }
            }};
}

// Independent trips to which `spike` ns are added with probability `share`.
inline SimulatedSequence spike_sequence(const std::string& name, double share, double spike) {
    const auto cdf = [share, spike](double x) {
        return (1 - share) * trip_cdf(x) + share * trip_cdf(x - spike);
    };
    return {name, truth_from_cdf(trip_mean() + share * spike, cdf),
            [share, spike](SimulatedSource& source, std::span<double> trips) {
                for (double& trip : trips) {
                    const double base = trip_from_normal(source.normal());
                    trip = source.uniform() < share ? base + spike : base;
                }
            }};
}

// Records trips as one connection in a closed loop would. The windows are equal slices of the total
// time; each trip belongs to the window in which it ended.
inline void record_in_windows(std::span<const double> trips, std::vector<Histogram>& windows) {
    double total = 0;
    for (const double trip : trips) {
        total += trip;
    }
    const double windows_per_ns = static_cast<double>(windows.size()) / total;
    for (Histogram& window : windows) {
        window.clear();
    }
    double now = 0;
    for (const double trip : trips) {
        now += trip;
        const auto window = static_cast<std::size_t>(now * windows_per_ns);
        windows[std::min(window, windows.size() - 1)].record(
            static_cast<std::uint64_t>(trip + 0.5));
    }
}

}  // namespace volley
