// Of which builds the runs of a sweep are: every server by the fingerprint of its first run, and
// the client by its own. A sweep makes figures out of all its runs, so it goes on with no other
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

    // Of a run that is in the file, or is about to be. Throws Error where it is of another build of
    // the server than those before. code: usage at the start of a sweep, failed in its middle.
    void add(const MeasurementContext& context, const RunResult& run, ExitCode code);

    // Throws Error where the server, as it lies there now, is not of the build of its runs so far.
    // Cells without a plan and servers of which nothing is known pass.
    void check_server(const GridCell& cell, ExitCode code) const;

    // Throws Error(usage) where the runs were made by another build of volley than `own`.
    void check_client(const MeasurementContext& own) const;

  private:
    [[noreturn]] void refuse_server(const std::string& name, const std::string& change,
                                    ExitCode code) const;

    std::string path_;
    std::map<std::string, Fingerprint> servers_;  // by name
    std::optional<MeasurementContext> client_;    // of the first run
};

// What a context says of this program: version, build and hash, and nothing else.
[[nodiscard]] MeasurementContext own_build();

}  // namespace volley
