// What is known about a measurement before its first run: the context that is part of each line of
// its results. Both programs that measure (main.cc and sweep/) get it from here, so their records
// cannot differ.
//
// It reads the machine and the wall clock, and decides nothing.
#pragma once

#include <string>

#include "options/options.hh"
#include "plan/plan.hh"
#include "run/calibrate.hh"
#include "run/result.hh"

namespace volley {

// The CPUs of the server and of the workers; empty if nothing is placed.
[[nodiscard]] CpuList measured_cpus(const Placement& placement);

// keep_awake: KeepAwake::how(), "" if it was not requested.
[[nodiscard]] MeasurementContext describe(const Options& options, const Plan& plan,
                                          const SelfCalibration& calibration,
                                          const std::string& keep_awake);

}  // namespace volley
