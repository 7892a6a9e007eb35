#include "host/fingerprint.hh"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>

#include "host/file_hash.hh"

namespace volley {

namespace {

namespace fs = std::filesystem;

// A server directory has dozens of files. One with far more gets a partial answer rather than none.
constexpr std::size_t most_files = 20'000;
// With more files than this, only their directories are named, to keep the run line short.
constexpr std::size_t most_single_files = 24;
constexpr int most_interpreters = 4;  // of interpreters that are scripts themselves

std::string in_path(const std::string& command) {
    if (command.find('/') != std::string::npos) {
        return command;
    }
    const char* const variable = std::getenv("PATH");
    std::istringstream path(variable != nullptr ? variable : "/usr/bin:/bin");
    for (std::string directory; std::getline(path, directory, ':');) {
        const std::string candidate = (directory.empty() ? "." : directory) + "/" + command;
        if (::access(candidate.c_str(), X_OK) == 0 && !fs::is_directory(candidate)) {
            return candidate;
        }
    }
    return "";
}

// With symbolic links resolved; "" if there is no such file.
std::string resolved(const std::string& path) {
    std::error_code error;
    const fs::path whole = fs::canonical(path, error);
    return error ? "" : whole.string();
}

std::string directory_of(const std::vector<std::string>& command) {
    const std::string executable = command.empty() ? "" : resolved(in_path(command.front()));
    return executable.empty() ? "" : fs::path(executable).parent_path().string();
}

// The interpreter that the first line of a script names; "" if it names none.
std::string interpreter_of(const std::string& script) {
    std::ifstream file(script, std::ios::binary);
    std::array<char, 256> line{};  // as much as the kernel reads
    file.read(line.data(), static_cast<std::streamsize>(line.size()) - 1);
    const std::string_view text(line.data());
    if (!text.starts_with("#!")) {
        return "";
    }
    std::istringstream words{std::string(text.substr(2, text.find('\n') - 2))};
    std::string word;
    words >> word;
    if (fs::path(word).filename() != "env") {
        return word;
    }
    while (words >> word) {
        if (!word.starts_with('-') && word.find('=') == std::string::npos) {
            return in_path(word);
        }
    }
    return "";
}

bool is_left_out(const fs::path& path) {
    constexpr std::array<std::string_view, 37> suffixes{
        // sources of compiled languages, and build descriptions
        ".c", ".cc", ".cpp", ".h", ".hh", ".hpp", ".rs", ".go", ".java", ".kt", ".hs", ".ml",
        ".mli", ".nim", ".d", ".cs", ".erl", ".zig", ".toml", ".lock", ".mod", ".sum",
        // intermediate results
        ".o", ".a", ".hi", ".cmi", ".cmx", ".cmo", ".rlib", ".rmeta", ".log", ".tmp", ".class",
        // documents, and files that an interpreter creates
        ".md", ".txt", ".pyc", ".pid"};
    const std::string name = path.filename().string();
    return name.starts_with('.') || name == "Makefile" || name == "pom.xml" ||
           std::find(suffixes.begin(), suffixes.end(), path.extension().string()) != suffixes.end();
}

bool is_cache(const fs::path& directory) {
    std::error_code error;
    return directory.filename().string().starts_with('.') ||
           directory.filename() == "__pycache__" || fs::exists(directory / "CACHEDIR.TAG", error);
}

// Names relative to the directory, which has a server.toml.
Fingerprint outputs_of(const fs::path& directory) {
    Fingerprint outputs;
    std::error_code error;
    fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied,
                                        error);
    const fs::recursive_directory_iterator end;
    for (; !error && at != end && outputs.size() < most_files; at.increment(error)) {
        std::error_code unknown;
        if (at->is_directory(unknown)) {
            if (is_cache(at->path())) {
                at.disable_recursion_pending();
            }
        } else if (!is_left_out(at->path())) {
            const std::string hash = hash_of_file(at->path().string());
            if (!hash.empty()) {
                outputs.push_back({at->path().lexically_relative(directory).string(), hash});
            }
        }
    }
    return outputs;
}

// One entry for each directory, if there are too many files to name.
Fingerprint condensed(Fingerprint files) {
    if (files.size() <= most_single_files) {
        return files;
    }
    std::sort(files.begin(), files.end());
    std::map<std::string, std::string> directories;
    Fingerprint all;
    for (const auto& [file, hash] : files) {
        const auto slash = file.find('/');
        if (slash == std::string::npos) {
            all.push_back({file, hash});
        } else {
            directories[file.substr(0, slash + 1)] += file + '\0' + hash + '\n';
        }
    }
    for (const auto& [directory, hashes] : directories) {
        all.push_back({directory, hash_of_text(hashes)});
    }
    return all;
}

void make_unique(Fingerprint& files) {
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end(),
                            [](const auto& a, const auto& b) { return a.file == b.file; }),
                files.end());
}

// The name of `path`, resolved, in the fingerprint of a server in `directory`.
std::string name_in(const std::string& directory, const std::string& path) {
    return path.starts_with(directory + "/") ? path.substr(directory.size() + 1) : path;
}

const FileHash* find(const Fingerprint& files, const std::string& name) {
    const auto found = std::lower_bound(
        files.begin(), files.end(), name,
        [](const FileHash& entry, const std::string& wanted) { return entry.file < wanted; });
    return found != files.end() && found->file == name ? &*found : nullptr;
}

std::string shortened(const std::string& hash) {
    constexpr std::size_t enough = 8;
    return hash.substr(0, enough);
}

}  // namespace

Fingerprint fingerprint_of(const std::vector<std::string>& command) {
    const std::string directory = directory_of(command);
    if (directory.empty()) {
        return {};
    }
    Fingerprint files;
    const auto add = [&](const std::string& path) {
        const std::string file = resolved(path);
        const std::string hash = file.empty() ? "" : hash_of_file(file);
        if (!hash.empty()) {
            files.push_back({name_in(directory, file), hash});
        }
    };
    std::string program = in_path(command.front());
    for (int depth = 0; depth < most_interpreters && !program.empty(); ++depth) {
        add(program);
        program = interpreter_of(program);
    }
    std::for_each(command.begin() + 1, command.end(), add);
    std::error_code error;
    if (fs::exists(fs::path(directory) / "server.toml", error)) {
        const Fingerprint outputs = condensed(outputs_of(directory));
        files.insert(files.end(), outputs.begin(), outputs.end());
    }
    make_unique(files);
    return files;
}

void add_executables(Fingerprint& fingerprint, const std::vector<std::string>& command,
                     std::span<const pid_t> processes) {
    const std::string directory = directory_of(command);
    for (const pid_t process : processes) {
        const std::string link = "/proc/" + std::to_string(process) + "/exe";
        std::error_code error;
        std::string path = fs::read_symlink(link, error).string();
        constexpr std::string_view replaced = " (deleted)";
        path.resize(path.size() - (path.ends_with(replaced) ? replaced.size() : 0));
        // Through the link, so that a file that has replaced it meanwhile is not read instead.
        const std::string hash = error ? "" : hash_of_file(link);
        if (!hash.empty() && find(fingerprint, name_in(directory, path)) == nullptr) {
            fingerprint.push_back({name_in(directory, path), hash});
            make_unique(fingerprint);
        }
    }
}

std::optional<std::string> changed_file(const Fingerprint& recorded, const Fingerprint& present,
                                        const std::vector<std::string>& command) {
    if (recorded.empty() || present.empty()) {
        return std::nullopt;
    }
    const std::string directory = directory_of(command);
    for (const auto& [file, hash] : recorded) {
        const FileHash* const now = find(present, file);
        const std::string path = file.starts_with('/') ? file : directory + "/" + file;
        const std::string its = now != nullptr ? now->hash : hash_of_file(path);
        // A file that a process unpacked elsewhere for itself is gone when the process is.
        if (its != hash && (!its.empty() || !file.starts_with('/'))) {
            return file + (its.empty()
                               ? " was there and is gone"
                               : " was " + shortened(hash) + " and is " + shortened(its) + " now");
        }
    }
    for (const auto& entry : present) {
        if (find(recorded, entry.file) == nullptr) {
            return entry.file + " is new";
        }
    }
    return std::nullopt;
}

std::optional<std::string> differing_file(const Fingerprint& a, const Fingerprint& b) {
    for (const auto& entry : a) {
        const FileHash* const other = find(b, entry.file);
        if (other != nullptr && other->hash != entry.hash) {
            return entry.file;
        }
    }
    return std::nullopt;
}

}  // namespace volley
