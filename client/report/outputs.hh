// Where results go: opened and checked before measuring, written as runs end, finished with the
// report.
#pragma once

#include <optional>
#include <string>

#include "options/options.hh"
#include "report/live.hh"
#include "report/result_file.hh"
#include "run/measurement.hh"

namespace volley {

class Outputs {
  public:
    // Opens every file. Throws Error(usage or failed) if one cannot take results.
    explicit Outputs(const Options& options);

    // For measure(). Each run is written to the result file as soon as it ends.
    [[nodiscard]] Observer observer();
    // Writes the measurement's line and row, the percentile file, and the report to stdout. If
    // something cannot be written, throws Error(failed) after everything else has been written.
    void finish(const MeasurementResult& result);

  private:
    void note_run(const MeasurementResult& so_far, const RunResult& run);
    void show(const MeasurementResult& so_far, Duration elapsed,
              std::optional<double> seconds_left);

    const Options& options_;
    std::optional<ResultFile> json_;
    std::optional<ResultFile> csv_;
    std::optional<ResultFile> hgrm_;
    LiveLine live_;
    std::string first_failure_;  // to write: kept until the report is out
};

// Writes to standard output. Throws Error(failed) if that fails.
void print(const std::string& text);

// Unique: made from the time, the host's name and the seed.
[[nodiscard]] std::string measurement_id(const std::string& started, std::uint64_t seed);

}  // namespace volley
