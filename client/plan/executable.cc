#include "plan/executable.hh"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/error.hh"

namespace volley {

namespace {

namespace fs = std::filesystem;

bool is_executable_file(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string find_executable(const std::string& command) {
    if (command.find('/') != std::string::npos) {
        std::error_code error;
        if (is_executable_file(command)) {
            return command;
        }
        const char* why = !fs::exists(command, error)        ? "does not exist"
                          : fs::is_directory(command, error) ? "is a directory"
                                                             : "is not executable";
        throw Error(ExitCode::usage, "server '" + command + "' " + why,
                    "build it (make servers), or name an executable file");
    }
    const char* const variable = std::getenv("PATH");
    std::istringstream path(variable != nullptr ? variable : "/usr/bin:/bin");
    for (std::string directory; std::getline(path, directory, ':');) {
        const fs::path candidate = fs::path(directory.empty() ? "." : directory) / command;
        if (is_executable_file(candidate)) {
            return candidate.string();
        }
    }
    throw Error(ExitCode::usage, "server '" + command + "' is not an executable in PATH",
                "name it with its path, such as ./" + command + " or target/servers/" + command);
}

ServerMetadata metadata_of(const Options& options) {
    if (options.server.empty()) {
        return {};
    }
    return read_server_metadata(find_executable(options.server.front()));
}

}  // namespace volley
