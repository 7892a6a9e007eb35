// Checks that the server can be executed, before anything is prepared, and reads its metadata.
#pragma once

#include <string>

#include "options/options.hh"
#include "run/server_metadata.hh"

namespace volley {

// The path of the program that `command` names: the command itself if it contains a slash,
// otherwise the first match in PATH. Throws Error(usage) if it is missing, a directory or not
// executable.
[[nodiscard]] std::string find_executable(const std::string& command);

// The server.toml of the options' server. The result is not found() if there is no such file, or if
// the client does not start the server.
[[nodiscard]] ServerMetadata metadata_of(const Options& options);

}  // namespace volley
