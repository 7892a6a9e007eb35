// What a server says about itself in its server.toml.
//
// The file is flat by contract: strings and one-line arrays of strings, so that this, a shell
// script and R can each read it without a TOML library. Nothing else of TOML is understood.
#pragma once

#include <istream>
#include <map>
#include <string>
#include <vector>

namespace volley {

class ServerMetadata {
  public:
    ServerMetadata() = default;

    // Throws Error(failed) at the first line that is neither empty, a comment, key = "text",
    // key = ["text", …] nor key = number; `name` says which file it was.
    ServerMetadata(std::istream& in, const std::string& name);

    // The server.toml of this directory; empty metadata where there is none.
    static ServerMetadata of_directory(const std::string& directory);

    // The value of a key that holds one text or number; "" where there is none.
    [[nodiscard]] std::string text(const std::string& key) const;
    [[nodiscard]] bool lists(const std::string& key, const std::string& value) const;
    // Seconds; 0 where the key is missing or no number.
    [[nodiscard]] double seconds(const std::string& key) const;
    [[nodiscard]] bool empty() const { return values_.empty(); }

  private:
    std::map<std::string, std::vector<std::string>> values_;
};

}  // namespace volley
