#include "run/server_metadata.hh"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.hh"
#include "base/joined.hh"
#include "host/system_files.hh"
#include "transport/endpoint.hh"

namespace volley {

namespace {

namespace fs = std::filesystem;

// Takes a "string" off the front of text. None if text does not begin with one.
std::optional<std::string> take_string(std::string_view& text) {
    if (!text.starts_with('"')) {
        return std::nullopt;
    }
    std::string value;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return value;
        }
        if (text[at] == '\\' && at + 1 < text.size()) {
            ++at;
        }
        value += text[at];
    }
    return std::nullopt;
}

// Takes a bare number off the front of text, as its text.
std::optional<std::string> take_number(std::string_view& text) {
    const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
    if (end == 0) {
        return std::nullopt;
    }
    std::string value(text.substr(0, end));
    text.remove_prefix(end);
    return value;
}

bool ends_here(std::string_view text) {
    text = trimmed(text);
    return text.empty() || text.starts_with('#');
}

// "x", 3 or ["x", "y"]; none if it is none of these.
std::optional<std::vector<std::string>> parse_values(std::string_view text) {
    std::vector<std::string> values;
    if (!text.starts_with('[')) {
        auto value = text.starts_with('"') ? take_string(text) : take_number(text);
        if (!value || !ends_here(text)) {
            return std::nullopt;
        }
        values.push_back(*value);
        return values;
    }
    text = trimmed(text.substr(1));
    while (!text.starts_with(']')) {
        auto value = take_string(text);
        text = trimmed(text);
        if (!value || !(text.starts_with(',') || text.starts_with(']'))) {
            return std::nullopt;
        }
        values.push_back(*value);
        if (text.starts_with(',')) {
            text = trimmed(text.substr(1));
        }
    }
    if (!ends_here(text.substr(1))) {
        return std::nullopt;
    }
    return values;
}

fs::path directory_of(const std::string& executable) {
    std::error_code error;
    const fs::path real = fs::canonical(executable, error);
    return error ? fs::path() : real.parent_path();
}

}  // namespace

ServerMetadata ServerMetadata::parse(std::string_view text, const std::string& name) {
    ServerMetadata metadata;
    metadata.found_ = true;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (ends_here(line)) {
            continue;
        }
        const auto equals = line.find('=');
        const auto values = equals == std::string_view::npos
                                ? std::nullopt
                                : parse_values(trimmed(line.substr(equals + 1)));
        if (!values) {
            throw Error(ExitCode::failed,
                        name + ":" + std::to_string(number) + ": '" + std::string(line) +
                            "' is not key = \"text\" or key = [\"text\", \"text\"]",
                        "see servers/README.md");
        }
        metadata.keys_[std::string(trimmed(line.substr(0, equals)))] = *values;
    }
    return metadata;
}

std::vector<std::string> ServerMetadata::values(std::string_view key) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? std::vector<std::string>{} : found->second;
}

std::string ServerMetadata::text(std::string_view key) const {
    const auto all = values(key);
    return all.empty() ? "" : all.front();
}

bool ServerMetadata::has_capability(std::string_view name) const {
    const auto all = values("capabilities");
    return std::find(all.begin(), all.end(), name) != all.end();
}

bool ServerMetadata::speaks(std::string_view transport) const {
    const auto all = values("transports");
    return all.empty() || std::find(all.begin(), all.end(), transport) != all.end();
}

std::string ServerMetadata::speaks_otherwise(std::string_view transport) const {
    return "it speaks " + listed(values("transports"), " and ") + ", not " + std::string(transport);
}

std::string ServerMetadata::default_transport() const {
    const std::string first = text("transports");
    return first.empty() ? std::string(Endpoint().transport()) : first;
}

std::string ServerMetadata::companion(const std::string& name) const {
    return directory_.empty() ? "" : (fs::path(directory_) / name).string();
}

std::optional<Duration> ServerMetadata::warmup() const {
    return parse_duration(text("warmup"));
}

ServerMetadata ServerMetadata::read(const std::string& directory) {
    const fs::path path = fs::path(directory) / "server.toml";
    std::ifstream file(path);
    if (!file) {
        return {};
    }
    std::ostringstream text;
    text << file.rdbuf();
    ServerMetadata metadata = parse(text.str(), path.string());
    metadata.directory_ = directory;
    return metadata;
}

ServerMetadata read_server_metadata(const std::string& executable) {
    return ServerMetadata::read(directory_of(executable).string());
}

std::string server_name_of(const std::string& executable) {
    const fs::path directory = directory_of(executable);
    std::error_code error;
    if (!directory.empty() && fs::exists(directory / "server.toml", error)) {
        return directory.filename().string();
    }
    return fs::path(executable).filename().string();
}

}  // namespace volley
