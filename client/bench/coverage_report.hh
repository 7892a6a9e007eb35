// The text and tables of coverage_real.cc: what is compared with what, how often intervals covered
// it, and how long measurements would have taken. Computes only shares; see replay.hh.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/replay.hh"

namespace volley {

// Runs of a server that are set aside to judge a measurement.
inline constexpr std::size_t further_runs = 40;

// The goals are for a quiet machine with two CPUs: printed beside the times, not judged.
inline constexpr double goal_seconds = 20;        // of the median measurement of c-epoll
inline constexpr double goal_around_a_run = 0.2;  // seconds of set-up and tear-down

// The recording of one server with one number of connections.
struct Recorded {
    std::string server;
    std::size_t connections = 0;
    std::vector<ReplayRun> runs;
    std::vector<double> around_seconds;  // set-up and tear-down of each run
    std::vector<double> other_load;      // CPUs that other programs used just before a run
    std::vector<double> setup_seconds, teardown_seconds;
};

struct Replayed {
    Replays splits;
    Replays redrawn;
    Replays ring;
    IdealReplays ideal;
};

inline double median_of(const std::vector<double>& values) {
    return summarize_over_runs(values, StopRule{}.confidence).median.point;
}

// One line of the table, and its sum. Each column is a share of replays.
struct Row {
    Share further, ideal_further, ring, redrawn, ideal_truth, student, single;

    void add(const Row& other) {
        further.add(other.further);
        ideal_further.add(other.ideal_further);
        ring.add(other.ring);
        redrawn.add(other.redrawn);
        ideal_truth.add(other.ideal_truth);
        student.add(other.student);
        single.add(other.single);
    }
};

inline Row row_of(const Replayed& replayed, std::size_t statistic) {
    return {.further = replayed.splits.held[statistic].sign,
            .ideal_further = replayed.ideal.further.held[statistic].sign,
            .ring = replayed.ring.held[statistic].sign,
            .redrawn = replayed.redrawn.held[statistic].sign,
            .ideal_truth = replayed.ideal.truth.held[statistic].sign,
            .student = replayed.redrawn.held[statistic].student,
            .single = replayed.redrawn.held[statistic].single};
}

inline std::string percent(const Share& share) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ±%.1f", 100 * share.value(), 100 * share.error());
    return text.data();
}

inline void print_row(const std::string& name, const std::string& used, const Row& row) {
    // "±" takes two bytes and one column.
    std::printf("%-19s %-12s %11s %7.1f %9.1f %12s %7.1f %9.1f %9.1f\n", name.c_str(), used.c_str(),
                percent(row.further).c_str(), 100 * row.ideal_further.value(),
                100 * row.ring.value(), percent(row.redrawn).c_str(), 100 * row.ideal_truth.value(),
                100 * row.student.value(), 100 * row.single.value());
}

inline void explain(const std::vector<Recorded>& all, std::size_t replays, std::uint64_t seed) {
    std::size_t most = StopRule{}.most_runs;
    for (const Recorded& cell : all) {
        most = std::min(most, cell.runs.size() - further_runs);
    }
    std::printf(
        "How often does the printed 95 %% interval cover the median? In %% of %zu replays per line "
        "(seed %llu),\n± their binomial error. A measurement takes recorded runs through the stop "
        "rule: %zu to %zu runs, until\nmean and p50 are within ±5 %%.%s\n\n",
        replays, static_cast<unsigned long long>(seed), StopRule{}.least_runs, most,
        most == StopRule{}.most_runs
            ? ""
            : " NO MORE ARE LEFT beside the 40 further runs, which makes the\nfigures too good: "
              "record 100 rounds.");
    std::vector<double> load;
    for (const Recorded& cell : all) {
        std::printf("  recorded  %zu runs of %s with %zu connection%s\n", cell.runs.size(),
                    cell.server.c_str(), cell.connections, cell.connections == 1 ? "" : "s");
        load.insert(load.end(), cell.other_load.begin(), cell.other_load.end());
    }
    if (!load.empty()) {
        std::printf(
            "            meanwhile other programs kept %.1f CPUs busy (median), at most %.1f\n",
            median_of(load), *std::max_element(load.begin(), load.end()));
    }
    std::printf(
        "\n"
        "  further   share that covers the median of 40 further runs, in random order. That median "
        "has an\n            error of its own, so no 95 %% interval reaches 95 %% here\n"
        "  (ideal)   the same for independent normal runs with the same mean and spread\n"
        "  in order  as \"further\", but in the recorded order, with its drift; the replays "
        "overlap,\n            so this is only a hint\n"
        "  median    share that covers the median of all recorded runs, from which each run is "
        "drawn\n            with replacement. This median is the true one, so 95 %% can be "
        "expected\n"
        "  t, single controls in the replays of \"median\": Student's t over the runs (for their "
        "mean), and the\n            interval within the first run alone\n\n"
        "In random order runs are exchangeable, so the interval over a fixed number of runs must "
        "be right.\nThese replays test the stop rule, and only if measurements converge. Only the "
        "column \"in order\"\nshows the effect of the machine's drift.\n\n");
    std::printf("Intervals over n ideal runs that cover the median of 40 further runs, in %%:\n ");
    constexpr std::size_t times = 20000;
    for (const std::size_t runs : {10U, 12U, 15U, 20U, 30U, 60U}) {
        const Share share = ideal_coverage(runs, further_runs, StopRule{}.confidence, times, seed);
        std::printf(" n = %zu: %.1f ", runs, 100 * share.value());
    }
    std::printf("\n\n");
}

inline Row print_table(const std::vector<Recorded>& all, const std::vector<Replayed>& replayed) {
    std::printf("%-19s %-12s %10s %7s %9s %11s %7s %9s %9s\n", "server, connections", "runs used",
                "further", "(ideal)", "in order", "median", "(ideal)", "t", "single");
    Row pooled;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Replays& splits = replayed[i].splits;
        std::array<char, 64> used{};
        std::snprintf(used.data(), used.size(), "%.0f, %.0f %%", median_of(splits.runs),
                      100 * splits.converged.value());
        for (std::size_t statistic = 0; statistic < replayed_statistics.size(); ++statistic) {
            const Row row = row_of(replayed[i], statistic);
            print_row(all[i].server + " " + std::to_string(all[i].connections) + " " +
                          replayed_statistics[statistic],
                      used.data(), row);
            pooled.add(row);
        }
    }
    print_row("all", "", pooled);
    std::printf("\nruns used: the median, and the share of measurements that converged\n");
    return pooled;
}

inline void print_times(const std::vector<Recorded>& all, const std::vector<Replayed>& replayed) {
    std::printf(
        "\nTime until the figures were precise enough, and set-up and tear-down of a run, in s\n");
    std::printf("%-20s %19s %10s %12s %16s %13s\n", "server, connections", "median measurement",
                "converged", "set-up, p50", "tear-down, p50", "both, longest");
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Recorded& cell = all[i];
        const Replays& splits = replayed[i].splits;
        std::printf("%-20s %19.1f %8.0f %% %12.4f %16.4f %13.4f\n",
                    (cell.server + " " + std::to_string(cell.connections)).c_str(),
                    median_of(splits.seconds), 100 * splits.converged.value(),
                    median_of(cell.setup_seconds), median_of(cell.teardown_seconds),
                    *std::max_element(cell.around_seconds.begin(), cell.around_seconds.end()));
    }
    std::printf(
        "Goals on a quiet machine with two CPUs, not judged here: c-epoll within %.0f s, set-up "
        "and\ntear-down below %.1f s.\n",
        goal_seconds, goal_around_a_run);
}

}  // namespace volley
