#include "host/system_files.hh"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/owned_fd.hh"
#include "base/retry.hh"

namespace volley {

SystemFiles::SystemFiles(std::string root) : root_(std::move(root)) {
    while (root_.ends_with('/')) {
        root_.pop_back();
    }
}

std::string SystemFiles::path(std::string_view absolute) const {
    return root_ + std::string(absolute);
}

bool SystemFiles::exists(std::string_view absolute) const {
    return ::access(path(absolute).c_str(), F_OK) == 0;
}

std::optional<std::string> SystemFiles::text(std::string_view absolute) const {
    constexpr std::size_t most_bytes = 256UL * 1024;
    const std::string where = path(absolute);
    const OwnedFd file(
        retry_on_eintr([&] { return ::open(where.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
    if (!file) {
        return std::nullopt;
    }
    std::string content;
    std::array<char, 4096> part{};
    while (content.size() < most_bytes) {
        const ssize_t bytes =
            retry_on_eintr([&] { return ::read(file.get(), part.data(), part.size()); });
        if (bytes < 0) {
            return std::nullopt;
        }
        if (bytes == 0) {
            break;
        }
        content.append(part.data(), static_cast<std::size_t>(bytes));
    }
    return content;
}

std::optional<std::string> SystemFiles::line(std::string_view absolute) const {
    const std::optional<std::string> content = text(absolute);
    if (!content) {
        return std::nullopt;
    }
    return std::string(trimmed(std::string_view(*content).substr(0, content->find('\n'))));
}

std::optional<long long> SystemFiles::number(std::string_view absolute) const {
    const std::optional<std::string> content = line(absolute);
    if (!content) {
        return std::nullopt;
    }
    long long value = 0;
    const char* const end = content->data() + content->size();
    const auto [rest, error] = std::from_chars(content->data(), end, value);
    if (error != std::errc{} || rest != end) {
        return std::nullopt;
    }
    return value;
}

std::vector<std::string> SystemFiles::names(std::string_view absolute) const {
    std::vector<std::string> found;
    std::error_code error;
    std::filesystem::directory_iterator entry(path(absolute), error);
    while (!error && entry != std::filesystem::directory_iterator{}) {
        found.push_back(entry->path().filename().string());
        entry.increment(error);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks(" \t\r\n\0", 5);  // device-tree strings end with a zero byte
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<std::string> value_of(std::string_view text, std::string_view key, char separator) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const std::size_t at = line.find(separator);
        if (at != std::string_view::npos && trimmed(line.substr(0, at)) == key) {
            return std::string(trimmed(line.substr(at + 1)));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

}  // namespace volley
