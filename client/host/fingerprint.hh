// Identifies a server's build by the contents of the files it executes, so that two builds of one
// server are never confused.
//
// A fingerprint contains: the executable; a script's interpreter, also when started through env;
// words of the command that name a file; and, in a directory with a server.toml, what the build
// produced. That is every file except sources, intermediate results, documents, caches (a directory
// with CACHEDIR.TAG, __pycache__) and hidden files. Once the server runs, the executables of its
// processes are added, because a script may become another program. Not included: the system's
// shared libraries, and the kernel, which is part of the environment.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace volley {

struct FileHash {
    // Relative to the executable's directory if the file is below it, otherwise the whole path. A
    // name that ends in a slash stands for all files below it.
    std::string file;
    std::string hash;  // host/file_hash.hh

    auto operator<=>(const FileHash&) const = default;
};

// Sorted by file, each file once. Empty: not known.
using Fingerprint = std::vector<FileHash>;

// command: as it is started; the first word may be a name to find in PATH. Files that cannot be
// read are left out. A file that has not changed since the last call is not read again.
[[nodiscard]] Fingerprint fingerprint_of(const std::vector<std::string>& command);

// Adds the executables that the processes run now.
void add_executables(Fingerprint& fingerprint, const std::vector<std::string>& command,
                     std::span<const pid_t> processes);

// The first difference that makes it another build, such as "target/java.jar was 3f0b2a11 and is
// 9c41d7e2 now". Nothing if there is none or either is not known. Files of `recorded` that are not
// in `present` (executables of processes that do not run yet) are read from disk.
[[nodiscard]] std::optional<std::string> changed_file(const Fingerprint& recorded,
                                                      const Fingerprint& present,
                                                      const std::vector<std::string>& command);

// The first file that both have with different contents: "c-epoll". A file that only one of them
// has proves nothing, because a process may have ended before it was read.
[[nodiscard]] std::optional<std::string> differing_file(const Fingerprint& a, const Fingerprint& b);

}  // namespace volley
