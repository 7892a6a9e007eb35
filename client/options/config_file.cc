#include "options/config_file.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/error.hh"
#include "base/owned_fd.hh"
#include "base/retry.hh"
#include "options/values.hh"

namespace volley {

namespace {

namespace po = boost::program_options;

// A megabyte is more than enough for options, and stops the reading of files that never end.
constexpr std::size_t most_bytes = 1 << 20;
constexpr std::string_view blanks = " \t";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

[[noreturn]] void refuse(const std::string& where, const std::string& what,
                         const std::string& remedy) {
    throw Error(ExitCode::usage, where + " " + what, remedy);
}

std::string read_whole(const std::string& path, const std::string& where) {
    const OwnedFd file(
        retry_on_eintr([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
    const auto unreadable = [&](const std::string& why) {
        refuse(where, "cannot be read: " + why,
               "give a readable file of lines NAME = VALUE, smaller than 1 MiB");
    };
    if (!file) {
        unreadable(errno_text(errno));
    }
    std::string text;
    std::string part(1 << 16, '\0');
    for (;;) {
        const auto got =
            retry_on_eintr([&] { return ::read(file.get(), part.data(), part.size()); });
        if (got < 0) {
            unreadable(errno_text(errno));
        }
        if (got == 0) {
            return text;
        }
        text.append(part, 0, static_cast<std::size_t>(got));
        if (text.size() > most_bytes) {
            unreadable("it is larger than 1 MiB");
        }
    }
}

std::string_view without_blanks(std::string_view text) {
    const auto begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

// The text within double quotes; none unless one pair of quotes surrounds the whole text.
std::optional<std::string> unquoted(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
        return std::nullopt;
    }
    std::string text;
    for (std::size_t at = 1; at + 1 < value.size(); ++at) {
        if (value[at] == '"') {
            return std::nullopt;
        }
        if (value[at] == '\\' && at + 2 < value.size() &&
            (value[at + 1] == '"' || value[at + 1] == '\\')) {
            ++at;
        } else if (value[at] == '\\' && at + 2 == value.size()) {
            return std::nullopt;  // the last quote is escaped
        }
        text += value[at];
    }
    return text;
}

ConfigEntry parse_line(std::string_view line, std::size_t number, const std::string& place) {
    const auto equals = line.find('=');
    if (line.front() == '[') {
        refuse(place, "'" + std::string(line) + "' begins a section",
               "leave the line out: there are no sections");
    }
    if (equals == std::string_view::npos) {
        refuse(place, "'" + std::string(line) + "' is not NAME = VALUE",
               "write a flag as NAME = yes, and begin a comment line with #");
    }
    const std::string name(without_blanks(line.substr(0, equals)));
    const std::string_view value = without_blanks(line.substr(equals + 1));
    if (name.empty() || name.find_first_of(" \t\"'#") != std::string::npos || name[0] == '-') {
        refuse(place, "'" + name + "' is not the name of an option",
               "use the long names without dashes, such as clients = 16");
    }
    if (value.empty()) {
        refuse(place, name + " has no value",
               "give it one (yes for a flag), or leave the line out");
    }
    if (const auto text = unquoted(value)) {
        return {.line = number, .name = name, .value = *text};
    }
    const auto hash = value.find('#');
    if (hash != std::string_view::npos &&
        (hash == 0 || blanks.find(value[hash - 1]) != std::string_view::npos)) {
        refuse(place, "the value of " + name + " contains # after a blank",
               "put the comment on its own line, or the value in double quotes");
    }
    return {.line = number, .name = name, .value = std::string(value)};
}

std::string place_of(const std::string& where, std::size_t line) {
    return where + ", line " + std::to_string(line) + ":";
}

}  // namespace

std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& where) {
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    std::vector<ConfigEntry> entries;
    std::map<std::string, std::size_t> line_of;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        const std::string place = place_of(where, number);
        for (const char byte : line) {
            if ((static_cast<unsigned char>(byte) < ' ' && byte != '\t') || byte == '\x7f') {
                refuse(place, "the line contains a control character",
                       "save the file as plain text (UTF-8) with one option per line");
            }
        }
        line = without_blanks(line);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        ConfigEntry entry = parse_line(line, number, place);
        const auto [first, is_new] = line_of.emplace(entry.name, number);
        if (!is_new) {
            refuse(place,
                   entry.name + " is given twice, first in line " + std::to_string(first->second),
                   "leave one of them out");
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::map<std::string, std::string> read_config_file(
    const std::string& option, const std::string& path, const po::options_description& known,
    const std::map<std::string, std::string>& refused, po::variables_map& values) {
    const std::string where = "--" + option + " '" + path + "'";
    std::map<std::string, std::string> places;
    po::parsed_options parsed(&known);
    for (const auto& entry : parse_config(read_whole(path, where), where)) {
        const std::string place = place_of(where, entry.line);
        if (known.find_nothrow(entry.name, false) == nullptr) {
            refuse(place, "there is no option " + entry.name,
                   "use the long names that --help lists, without dashes");
        }
        if (const auto found = refused.find(entry.name); found != refused.end()) {
            refuse(place, entry.name + " cannot be given in a file", found->second);
        }
        refuse_placeholders(entry.value, place);
        if (values.count(entry.name) == 0) {
            places.emplace(entry.name, place);
        }
        parsed.options.emplace_back(entry.name, std::vector<std::string>{entry.value});
    }
    try {
        po::store(parsed, values);
    } catch (const po::error& error) {
        refuse(where + ":", error.what(), "see --help");
    }
    return places;
}

void with_places(const std::map<std::string, std::string>& places,
                 const std::function<void()>& read) {
    try {
        read();
    } catch (const Error& error) {
        const std::string what = error.what();
        const std::string name =
            what.starts_with("--") ? what.substr(2, what.find_first_of(" ;") - 2) : "";
        const auto found = places.find(name);
        if (found == places.end()) {
            throw;
        }
        throw Error(error.code(), found->second + " " + what.substr(2));
    }
}

}  // namespace volley
