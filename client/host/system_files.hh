// Reads the small text files in which the kernel and the distribution describe the machine.
//
// It exists so that tests can put a made-up /proc and /sys below another root. Missing, unreadable
// and empty files are normal (virtual machines and containers hide many), so nothing here throws
// for them. It does not interpret what it reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace volley {

class SystemFiles {
  public:
    // root: the directory that "/" stands for.
    explicit SystemFiles(std::string root = "/");

    // The path below the root of an absolute path: "/proc/stat" -> "/tmp/made-up/proc/stat".
    [[nodiscard]] std::string path(std::string_view absolute) const;
    [[nodiscard]] bool exists(std::string_view absolute) const;
    // The file's text, at most the first 256 KiB (on machines with a thousand CPUs /proc/cpuinfo is
    // larger, and repeats itself). Nothing if it cannot be read.
    [[nodiscard]] std::optional<std::string> text(std::string_view absolute) const;
    // The first line, trimmed. Nothing if the file cannot be read.
    [[nodiscard]] std::optional<std::string> line(std::string_view absolute) const;
    // The first line as a decimal number. Nothing if it is not one.
    [[nodiscard]] std::optional<long long> number(std::string_view absolute) const;
    // Names in a directory, sorted; empty if there is no such directory.
    [[nodiscard]] std::vector<std::string> names(std::string_view absolute) const;

  private:
    std::string root_;
};

// The text without blanks and line ends at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// The value of the first line "key<blanks><separator>value" (as in /proc/cpuinfo and
// /etc/os-release), trimmed.
[[nodiscard]] std::optional<std::string> value_of(std::string_view text, std::string_view key,
                                                  char separator);

}  // namespace volley
