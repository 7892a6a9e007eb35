// What is executed when a server is started, by its contents: so that two builds of one server are
// never taken for each other.
//
// Files of a fingerprint: the executable; of a script its interpreter, also by way of env; words of
// the command that name a file; and beneath a directory with a server.toml what its build has
// produced, which is every file but sources, intermediate results, documents, caches (a directory
// with CACHEDIR.TAG, __pycache__) and hidden ones. Once the server runs, the executables of its
// processes join them: a script may become another program. Not in it: the shared libraries of the
// system, and the kernel, which the environment tells.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace volley {

struct FileHash {
    // Beneath the directory of the executable relative to it, otherwise the whole path; a name that
    // ends in a slash stands for all files below it.
    std::string file;
    std::string hash;  // host/file_hash.hh

    auto operator<=>(const FileHash&) const = default;
};

// Sorted by file, each file once; empty: not known.
using Fingerprint = std::vector<FileHash>;

// command: as it is started; the first word may be a name to be found in PATH. Files that cannot be
// read are left out. A file that has not changed since the last call is not read again.
[[nodiscard]] Fingerprint fingerprint_of(const std::vector<std::string>& command);

// Adds what the processes execute now.
void add_executables(Fingerprint& fingerprint, const std::vector<std::string>& command,
                     std::span<const pid_t> processes);

// The first difference that makes it another build, such as "target/java.jar was 3f0b2a11 and is
// 9c41d7e2 now"; nothing where there is none, or where either is not known. Files of `recorded`
// that are not in `present` (executables of processes that do not run yet) are looked at where they
// lie.
[[nodiscard]] std::optional<std::string> changed_file(const Fingerprint& recorded,
                                                      const Fingerprint& present,
                                                      const std::vector<std::string>& command);

// The first file that both have with different contents: "c-epoll". What only one of them has says
// nothing, because a process may have ended before it was looked at.
[[nodiscard]] std::optional<std::string> differing_file(const Fingerprint& a, const Fingerprint& b);

}  // namespace volley
