// The builds that a sweep measures: each server by the fingerprint of its first run, and the client
// by its own. A sweep combines all its runs into figures, so it refuses to go on with another
// build.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "host/fingerprint.hh"
#include "run/result.hh"
#include "sweep/grid.hh"

namespace volley {

class Builds {
  public:
    // path: of the result file, for messages.
    explicit Builds(std::string path) : path_(std::move(path)) {}

    // For a run that is in the file, or is about to be. Throws Error if it used another build of
    // the server than the runs before. code: usage at the start of a sweep, failed in its middle.
    void add(const MeasurementContext& context, const RunResult& run, ExitCode code);

    // Throws Error if the server's files are no longer the build of its runs so far. Cells without
    // a plan and servers without a known build pass.
    void check_server(const GridCell& cell, ExitCode code) const;

    // Throws Error(usage) if another build of volley than `own` made the runs.
    void check_client(const MeasurementContext& own) const;

  private:
    [[noreturn]] void refuse_server(const std::string& name, const std::string& change,
                                    ExitCode code) const;

    std::string path_;
    std::map<std::string, Fingerprint> servers_;  // by name
    std::optional<MeasurementContext> client_;    // of the first run
};

// A context's data on this program: version, build and hash only.
[[nodiscard]] MeasurementContext own_build();

}  // namespace volley
