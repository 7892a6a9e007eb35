#include "conform/server_metadata.hh"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>

#include "base/error.hh"

namespace volley {

ServerMetadata::ServerMetadata(std::istream& in, const std::string& name) {
    static const std::regex nothing(R"(\s*(#.*)?)");
    static const std::regex one(
        R"(\s*([a-z_]+)\s*=\s*(?:"([^"\\]*)\"|([0-9]+(?:\.[0-9]+)?))\s*(?:#.*)?)");
    static const std::regex several(
        R"(\s*([a-z_]+)\s*=\s*\[\s*((?:"[^"\\]*"\s*(?:,\s*"[^"\\]*"\s*)*,?\s*)?)\]\s*(?:#.*)?)");
    static const std::regex quoted(R"re("([^"\\]*)")re");
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        std::smatch match;
        if (std::regex_match(line, nothing)) {
            continue;
        }
        if (std::regex_match(line, match, one)) {
            values_[match[1]] = {match[2].matched ? match[2].str() : match[3].str()};
        } else if (std::regex_match(line, match, several)) {
            std::vector<std::string>& list = values_[match[1]];
            const std::string items = match[2];
            for (std::sregex_iterator item(items.begin(), items.end(), quoted), end; item != end;
                 ++item) {
                list.push_back((*item)[1]);
            }
        } else {
            throw Error(ExitCode::failed,
                        name + " line " + std::to_string(number) + " is not understood: " + line,
                        "write key = \"text\" or key = [\"text\", \"text\"] on one line");
        }
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
