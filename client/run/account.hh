// Fills a RunResult from what the run left: figures from the windows, and what each side used.
#pragma once

#include <vector>

#include "host/environment.hh"
#include "run/common_windows.hh"
#include "run/crew.hh"
#include "run/result.hh"
#include "run/spec.hh"

namespace volley {

// What the coordinator reads at the two edges of the measured part.
struct RunEdge {
    TimePoint at{};
    Cost server;
    LoadSample load;
};

// Round trips, window series, estimates within the run and flags.
void fill_figures(RunResult& result, const CommonWindows& windows, double confidence);

// Shares, switches and CPU time of the workers, between their own edges.
void account_for_client(RunResult& result, const std::vector<Crew::Report>& reports);

// What the hypervisor took.
void account_for_machine(RunResult& result, const RunEdge& start, const RunEdge& end,
                         const Topology& topology);

// CPU time between the edges; context switches of its whole life.
void account_for_server(RunResult& result, const RunEdge& start, const RunEdge& end,
                        const Cost& life, const RunSpec& spec);

}  // namespace volley
