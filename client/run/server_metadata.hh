// What a server directory says about its server: server.toml beside the executable.
//
// The format is the flat subset that the contract allows, strings and one-line arrays of strings,
// so that this, a shell script and R can each read it without a TOML library. A bare number is
// taken as its text.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.hh"

namespace volley {

class ServerMetadata {
  public:
    // The values of a key: one for a string, any number for an array; empty where the key is
    // absent.
    [[nodiscard]] std::vector<std::string> values(std::string_view key) const;
    // The value of a key that holds one; "" where it is absent.
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] bool has_capability(std::string_view name) const;
    // Whether `transports` lists it; true where nothing is said.
    [[nodiscard]] bool speaks(std::string_view transport) const;
    // Of a runtime that compiles while it runs; nothing where the server needs none.
    [[nodiscard]] std::optional<Duration> warmup() const;
    // The path of the executable `name` that lies beside server.toml; "" where the file was not
    // read from a directory.
    [[nodiscard]] std::string companion(const std::string& name) const;
    // Whether there was a file at all.
    [[nodiscard]] bool found() const { return found_; }

    // text: of a server.toml. name: of the file, for messages. Throws Error(failed) that names file
    // and line.
    [[nodiscard]] static ServerMetadata parse(std::string_view text, const std::string& name);
    // Of the directory, symbolic links resolved; not found() where it has no server.toml.
    [[nodiscard]] static ServerMetadata read(const std::string& directory);

  private:
    bool found_ = false;
    std::string directory_;
    std::map<std::string, std::vector<std::string>, std::less<>> keys_;
};

// Reads server.toml beside the executable, symbolic links resolved; not found() where there is
// none.
[[nodiscard]] ServerMetadata read_server_metadata(const std::string& executable);

// The server's name: of its directory where that has a server.toml, otherwise of the file.
[[nodiscard]] std::string server_name_of(const std::string& executable);

}  // namespace volley
