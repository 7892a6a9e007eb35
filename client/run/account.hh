// Fills a RunResult from what the run left: figures from the windows, and what each side used.
#pragma once

#include <vector>

#include "process/started_process.hh"
#include "run/common_windows.hh"
#include "run/crew.hh"
#include "run/result.hh"
#include "run/server_process.hh"
#include "run/spec.hh"
#include "run/surroundings.hh"

namespace volley {

// Round trips, window series, estimates within the run and flags.
void fill_figures(RunResult& result, const CommonWindows& windows, double confidence);

// The time of the connections: trips across the edges of the measured part, and the share of all
// connection time that went into trips that ended. connections: of all workers.
void account_for_connections(RunResult& result, const std::vector<Crew::Report>& reports,
                             std::size_t connections);

// The failure of a run of this length in which not one round trip ended. reports: of workers that
// have left.
[[nodiscard]] Error without_trips(Duration length, const std::vector<Crew::Report>& reports,
                                  bool interrupted);

// Shares, switches, memory and CPU time of the workers. The coordinator reads their CPU clocks at
// the two edges, and the reading is scaled to the measured part. The split into user and system
// time follows the kernel's own account between each worker's first trips beyond the edges.
void account_for_client(RunResult& result, const std::vector<Crew::Report>& reports,
                        const RunReadings& readings, DriverKind driver);

// The time that the hypervisor took.
void account_for_machine(RunResult& result, const RunReadings& readings);

// CPU time in the measured part, memory after it, and context switches over its whole life.
void account_for_server(RunResult& result, const RunReadings& readings, const LifeUsage& life,
                        const RunSpec& spec);

// How the server ended when it was stopped. A crash, or a process that cannot be killed, fails the
// run, unless it has failed already.
void account_for_stop(RunResult& result, const ServerProcess::Stopped& stopped,
                      ServerProcess& server);

}  // namespace volley
