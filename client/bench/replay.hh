// Measurements replayed from recorded runs: what their intervals cover, and how long they would
// have taken.
//
// A replayed measurement passes runs one after another through the library's own stop rule and
// summary over runs, so the intervals counted are those that the program prints. There are two
// yardsticks, and each has a drawback:
//
// - The median of further runs (40 of them), which the measurement did not use. It has an error of
//   its own: the difference between n measured runs and m further ones has a variance of 1/n + 1/m,
//   while an interval allows for 1/n. An interval that covers the true median with 95 % covers this
//   one less often, and less so the more runs it used. ideal_coverage() and replay_ideal() say how
//   often for ideal runs.
// - The median of all recorded runs, from which the measurement draws with replacement. Then it is
//   the true median of the population, and the full 95 % can be demanded. (Without replacement the
//   measurement would be a large part of its own yardstick: too easy.)
//
// Both put the runs into random order, which removes drift. replay_ring() keeps the order. Pure: no
// file, no clock; the same seed gives the same counts.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/error.hh"
#include "base/random.hh"
#include "base/units.hh"
#include "stats/interval.hh"
#include "stats/over_runs.hh"
#include "stats/simulated.hh"
#include "stats/stop_rule.hh"

namespace volley {

// The statistics that by default decide when a measurement stops.
inline constexpr std::array<const char*, 2> replayed_statistics = {"mean", "p50"};
template <typename T>
using PerStatistic = std::array<T, replayed_statistics.size()>;

struct ReplayRun {
    PerStatistic<double> values{};                   // ns
    PerStatistic<std::optional<Interval>> within{};  // the run's own intervals, ns
    double seconds = 0;  // that it adds to a measurement, with the pause after it
};

struct ReplayedMeasurement {
    std::size_t runs = 0;
    bool converged = false;
    double seconds = 0;
    PerStatistic<std::optional<Interval>> sign;     // printed as the headline
    PerStatistic<std::optional<Interval>> student;  // control: mean of the runs ± t·s/√n
    PerStatistic<std::optional<Interval>> single;   // control: the first run's own interval
};

inline std::vector<double> values_of(std::span<const ReplayRun> runs, std::size_t statistic) {
    std::vector<double> values(runs.size());
    std::transform(runs.begin(), runs.end(), values.begin(),
                   [statistic](const ReplayRun& run) { return run.values[statistic]; });
    return values;
}

// A measurement whose runs are these, in this order (at least one). It cannot use more than there
// are.
inline ReplayedMeasurement replay(std::span<const ReplayRun> sequence, StopRule rule) {
    ensure(!sequence.empty(), "a replay needs at least one run");
    rule.most_runs = std::min(rule.most_runs, sequence.size());
    RunStopper stopper(rule);
    ReplayedMeasurement measured;
    PerStatistic<OverRuns> summaries;
    StopReason reason = StopReason::go_on;
    while (reason == StopReason::go_on) {
        measured.seconds += sequence[measured.runs].seconds;
        ++measured.runs;
        for (std::size_t i = 0; i < summaries.size(); ++i) {
            summaries[i] =
                summarize_over_runs(values_of(sequence.first(measured.runs), i), rule.confidence);
        }
        const double a_run = measured.seconds / static_cast<double>(measured.runs);
        reason = stopper
                     .after_run(summaries, measured.runs, from_seconds(measured.seconds),
                                from_seconds(a_run))
                     .reason;
    }
    measured.converged = reason == StopReason::precision_reached;
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        measured.sign[i] = summaries[i].median.interval;
        measured.student[i] = summaries[i].t_interval;
        measured.single[i] = sequence.front().within[i];
    }
    return measured;
}

// The values that intervals should cover: the mean over runs for Student's t, the median for the
// others.
struct Yardstick {
    PerStatistic<double> median{};
    PerStatistic<double> mean{};
};

inline Yardstick yardstick_from(std::span<const ReplayRun> runs) {
    Yardstick yardstick;
    for (std::size_t i = 0; i < replayed_statistics.size(); ++i) {
        const OverRuns summary = summarize_over_runs(values_of(runs, i), StopRule{}.confidence);
        yardstick.median[i] = summary.median.point;
        yardstick.mean[i] = summary.mean;
    }
    return yardstick;
}

struct Share {
    std::size_t hits = 0;
    std::size_t trials = 0;

    void count(bool hit) {
        hits += hit ? 1 : 0;
        ++trials;
    }
    void add(const Share& other) {
        hits += other.hits;
        trials += other.trials;
    }
    // 0 if nothing was tried.
    [[nodiscard]] double value() const {
        return trials == 0 ? 0.0 : static_cast<double>(hits) / static_cast<double>(trials);
    }
    // The binomial standard error, from the number of replays, not of recorded runs.
    [[nodiscard]] double error() const {
        return trials == 0 ? 0.0 : std::sqrt(value() * (1 - value()) / static_cast<double>(trials));
    }
};

struct Held {
    Share sign;
    Share student;
    Share single;
};

struct Replays {
    PerStatistic<Held> held;
    Share converged;
    std::vector<double> runs;     // that each measurement used
    std::vector<double> seconds;  // that each would have taken
};

inline void count(Replays& replays, const ReplayedMeasurement& measured,
                  const Yardstick& yardstick) {
    const auto holds = [](const std::optional<Interval>& interval, double value) {
        return interval && interval->low <= value && value <= interval->high;
    };
    for (std::size_t i = 0; i < replays.held.size(); ++i) {
        replays.held[i].sign.count(holds(measured.sign[i], yardstick.median[i]));
        replays.held[i].student.count(holds(measured.student[i], yardstick.mean[i]));
        replays.held[i].single.count(holds(measured.single[i], yardstick.median[i]));
    }
    replays.converged.count(measured.converged);
    replays.runs.push_back(static_cast<double>(measured.runs));
    replays.seconds.push_back(measured.seconds);
}

inline std::size_t index_below(std::size_t count, Xoshiro256pp& random) {
    return std::min(static_cast<std::size_t>(random.uniform() * static_cast<double>(count)),
                    count - 1);
}

// Fisher and Yates; std::shuffle differs between libraries.
template <typename T>
void shuffle(std::vector<T>& all, Xoshiro256pp& random) {
    for (std::size_t left = all.size(); left > 1; --left) {
        std::swap(all[left - 1], all[index_below(left, random)]);
    }
}

// Random splits: `further` runs are set aside, and the measurement uses the others in random order.
// runs: more than `further`.
inline Replays replay_splits(std::span<const ReplayRun> runs, std::size_t further,
                             const StopRule& rule, std::size_t times, Xoshiro256pp& random) {
    ensure(runs.size() > further, "a split leaves a measurement at least one run");
    Replays replays;
    std::vector<ReplayRun> order(runs.begin(), runs.end());
    for (std::size_t time = 0; time < times; ++time) {
        shuffle(order, random);
        const std::span<const ReplayRun> all(order);
        count(replays, replay(all.subspan(further), rule), yardstick_from(all.first(further)));
    }
    return replays;
}

// Each run of a measurement is drawn from all, with replacement; the yardstick is the median of
// all.
inline Replays replay_redrawn(std::span<const ReplayRun> runs, const StopRule& rule,
                              std::size_t times, Xoshiro256pp& random) {
    Replays replays;
    const Yardstick yardstick = yardstick_from(runs);
    std::vector<ReplayRun> drawn(rule.most_runs);
    for (std::size_t time = 0; time < times; ++time) {
        std::generate(drawn.begin(), drawn.end(),
                      [&] { return runs[index_below(runs.size(), random)]; });
        count(replays, replay(drawn, rule), yardstick);
    }
    return replays;
}

// In recorded order, starting at each run: the measurement, then at once the `further` runs. The
// last recorded run is followed by the first, so that there are as many replays as runs; this joint
// adds one jump. The replays overlap: 100 runs give two or three independent ones.
inline Replays replay_ring(std::span<const ReplayRun> runs, std::size_t further,
                           const StopRule& rule) {
    ensure(runs.size() > further, "a ring leaves a measurement at least one run");
    Replays replays;
    std::vector<ReplayRun> ring(runs.begin(), runs.end());
    for (std::size_t start = 0; start < runs.size(); ++start) {
        const std::span<const ReplayRun> all(ring);
        const ReplayedMeasurement measured = replay(all.first(all.size() - further), rule);
        count(replays, measured, yardstick_from(all.subspan(measured.runs, further)));
        std::rotate(ring.begin(), ring.begin() + 1, ring.end());
    }
    return replays;
}

// The same method on ideal runs, as a reference: independent and normal, with the means, deviations
// and correlation of the recorded ones (at least two).
struct IdealReplays {
    Replays further;  // against the median of further runs
    Replays truth;    // against the true median
};

inline IdealReplays replay_ideal(std::span<const ReplayRun> like, std::size_t further,
                                 const StopRule& rule, std::size_t times, std::uint64_t seed) {
    const Yardstick truth{.median = yardstick_from(like).mean, .mean = yardstick_from(like).mean};
    PerStatistic<double> deviation{};
    double products = 0;
    for (const ReplayRun& run : like) {
        for (std::size_t i = 0; i < deviation.size(); ++i) {
            deviation[i] += (run.values[i] - truth.mean[i]) * (run.values[i] - truth.mean[i]);
        }
        products += (run.values[0] - truth.mean[0]) * (run.values[1] - truth.mean[1]);
    }
    const double scale = std::sqrt(deviation[0] * deviation[1]);
    const double correlation = scale > 0 ? std::clamp(products / scale, -1.0, 1.0) : 0.0;
    for (double& squares : deviation) {
        squares = std::sqrt(squares / static_cast<double>(like.size() - 1));
    }
    SimulatedSource source(seed);
    IdealReplays ideal;
    std::vector<ReplayRun> runs(rule.most_runs + further);
    for (std::size_t time = 0; time < times; ++time) {
        for (ReplayRun& run : runs) {
            const double first = source.normal();
            const double second =
                correlation * first + std::sqrt(1 - correlation * correlation) * source.normal();
            run.values = {truth.mean[0] + deviation[0] * first,
                          truth.mean[1] + deviation[1] * second};
        }
        const std::span<const ReplayRun> all(runs);
        const ReplayedMeasurement measured = replay(all.subspan(further), rule);
        count(ideal.further, measured, yardstick_from(all.first(further)));
        count(ideal.truth, measured, truth);
    }
    return ideal;
}

// How often the interval over exactly `runs` ideal runs (at least six for 95 %) covers the median
// of `further` ones.
inline Share ideal_coverage(std::size_t runs, std::size_t further, double confidence,
                            std::size_t times, std::uint64_t seed) {
    SimulatedSource source(seed);
    std::vector<double> used(runs);
    std::vector<double> others(further);
    Share share;
    for (std::size_t time = 0; time < times; ++time) {
        std::generate(used.begin(), used.end(), [&] { return source.normal(); });
        std::generate(others.begin(), others.end(), [&] { return source.normal(); });
        const auto interval = summarize_over_runs(used, confidence).median.interval;
        const double median = summarize_over_runs(others, confidence).median.point;
        share.count(interval && interval->low <= median && median <= interval->high);
    }
    return share;
}

}  // namespace volley
