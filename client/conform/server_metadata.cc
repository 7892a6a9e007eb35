#include "conform/server_metadata.hh"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.hh"

namespace volley {
namespace {

// Takes one line apart from the left. Written by hand, because the whole grammar is four tokens.
class LineReader {
  public:
    explicit LineReader(std::string_view line) : rest_(line) { skip_blanks(); }

    // Nothing is left but a comment.
    [[nodiscard]] bool is_at_end() const { return rest_.empty() || rest_.front() == '#'; }

    // Takes this character, where it is the next one.
    [[nodiscard]] bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) {
            return false;
        }
        advance(1);
        return true;
    }
    // The longest run of these characters; may be empty.
    [[nodiscard]] std::string take_all_of(std::string_view characters) {
        const std::size_t length = std::min(rest_.find_first_not_of(characters), rest_.size());
        std::string taken(rest_.substr(0, length));
        advance(length);
        return taken;
    }
    // "text"; there are no escapes, so a backslash is refused rather than misread.
    [[nodiscard]] std::optional<std::string> take_text() {
        const std::size_t end = rest_.starts_with('"') ? rest_.find('"', 1) : rest_.npos;
        if (end == rest_.npos || rest_.substr(0, end).find('\\') != rest_.npos) {
            return std::nullopt;
        }
        std::string text(rest_.substr(1, end - 1));
        advance(end + 1);
        return text;
    }

  private:
    void advance(std::size_t count) {
        rest_.remove_prefix(count);
        skip_blanks();
    }
    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r"), rest_.size()));
    }
    std::string_view rest_;
};

// What stands after '[', up to and with ']'. A comma may follow the last text.
std::optional<std::vector<std::string>> read_list(LineReader& reader) {
    std::vector<std::string> list;
    while (!reader.take(']')) {
        auto text = reader.take_text();
        if (!text) {
            return std::nullopt;
        }
        list.push_back(std::move(*text));
        if (!reader.take(',')) {
            return reader.take(']') ? std::optional(list) : std::nullopt;
        }
    }
    return list;
}

// The value of a line after its '='.
std::optional<std::vector<std::string>> read_value(LineReader& reader) {
    if (reader.take('[')) {
        return read_list(reader);
    }
    if (auto text = reader.take_text()) {
        return std::vector{std::move(*text)};
    }
    std::string number = reader.take_all_of("0123456789.");
    return number.empty() ? std::nullopt : std::optional(std::vector{std::move(number)});
}

}  // namespace

ServerMetadata::ServerMetadata(std::istream& in, const std::string& name) {
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        LineReader reader(line);
        if (reader.is_at_end()) {
            continue;
        }
        const std::string key = reader.take_all_of("abcdefghijklmnopqrstuvwxyz_");
        const bool has_value = !key.empty() && reader.take('=');
        auto values = has_value ? read_value(reader) : std::nullopt;
        if (!values || !reader.is_at_end()) {
            throw Error(ExitCode::failed,
                        name + " line " + std::to_string(number) + " is not understood: " + line,
                        "write key = \"text\" or key = [\"text\", \"text\"] on one line");
        }
        values_[key] = std::move(*values);
    }
}

ServerMetadata ServerMetadata::of_directory(const std::string& directory) {
    const std::string name = directory + "/server.toml";
    std::ifstream in(name);
    return in ? ServerMetadata(in, name) : ServerMetadata();
}

std::string ServerMetadata::text(const std::string& key) const {
    const auto found = values_.find(key);
    return found != values_.end() && !found->second.empty() ? found->second.front() : "";
}

bool ServerMetadata::lists(const std::string& key, const std::string& value) const {
    const auto found = values_.find(key);
    return found != values_.end() &&
           std::find(found->second.begin(), found->second.end(), value) != found->second.end();
}

double ServerMetadata::seconds(const std::string& key) const {
    return std::max(0.0, std::strtod(text(key).c_str(), nullptr));
}

}  // namespace volley
