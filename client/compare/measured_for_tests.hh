// Test-only: cells and runs that were simulated or read elsewhere, in the form that compare uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "compare/cell.hh"

namespace volley::fixture {

inline Cell cell_named(const std::string& server) {
    Cell cell;
    cell.key[server_factor()] = server;
    return cell;
}

// Values of the figures that are compared; the others are not known.
struct ThreeFigures {
    double mean = 0;
    double p50 = 0;
    double p99 = 0;
};

inline void set_figure(MeasuredRun& run, const char* statistic, double value) {
    run.figures.values[static_cast<std::size_t>(find_statistic(statistic) - fields().data())] =
        value;
}

inline MeasuredRun run_with(const ThreeFigures& known, std::uint64_t round) {
    MeasuredRun run;
    run.round = round;
    run.number = round;
    run.complete = true;
    run.figures.values.resize(fields().size());
    run.figures.within_run.resize(fields().size());
    set_figure(run, "mean", known.mean);
    set_figure(run, "p50", known.p50);
    set_figure(run, "p99", known.p99);
    return run;
}

}  // namespace volley::fixture
