// Whether the server can be executed at all, found out before anything is prepared, and what its
// directory says of it.
#pragma once

#include <string>

#include "options/options.hh"
#include "run/server_metadata.hh"

namespace volley {

// The path of the program that `command` names: itself where it has a slash, otherwise the first in
// PATH. Throws Error(usage) where it is missing, a directory or not executable.
[[nodiscard]] std::string find_executable(const std::string& command);

// server.toml of the options' server; not found() where there is no such file, or the server is not
// ours.
[[nodiscard]] ServerMetadata metadata_of(const Options& options);

}  // namespace volley
