// What a server directory says about its server, in server.toml beside the executable.
//
// The format is the flat subset of TOML that the contract allows: strings and one-line arrays of
// strings. C++, a shell script and R can therefore each read it without a TOML library. A bare
// number is read as its text.
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
    // The values of a key: one for a string, any number for an array; empty if the key is absent.
    [[nodiscard]] std::vector<std::string> values(std::string_view key) const;
    // The value of a key that holds one; "" if it is absent.
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] bool has_capability(std::string_view name) const;
    // Whether `transports` lists it; true if there is no such key.
    [[nodiscard]] bool speaks(std::string_view transport) const;
    // What `transports` lists, for a transport that it does not: "it speaks tcp and unix, not udp".
    [[nodiscard]] std::string speaks_otherwise(std::string_view transport) const;
    // The one that it speaks without -t: the first that it lists.
    [[nodiscard]] std::string default_transport() const;
    // For a runtime that compiles while it runs; none if the server needs no warm-up of its own.
    [[nodiscard]] std::optional<Duration> warmup() const;
    // The path of the executable `name` beside server.toml; "" if the file was not read from a
    // directory.
    [[nodiscard]] std::string companion(const std::string& name) const;
    // Whether there was a file at all.
    [[nodiscard]] bool found() const { return found_; }

    // text: the content of a server.toml. name: the file's name, for messages. Throws Error(failed)
    // naming file and line.
    [[nodiscard]] static ServerMetadata parse(std::string_view text, const std::string& name);
    // For a directory, with symbolic links resolved; not found() if it has no server.toml.
    [[nodiscard]] static ServerMetadata read(const std::string& directory);

  private:
    bool found_ = false;
    std::string directory_;
    std::map<std::string, std::vector<std::string>, std::less<>> keys_;
};

// Reads server.toml beside the executable, with symbolic links resolved; not found() if there is
// none.
[[nodiscard]] ServerMetadata read_server_metadata(const std::string& executable);

// The server's name: its directory's if that has a server.toml, otherwise the file's.
[[nodiscard]] std::string server_name_of(const std::string& executable);

}  // namespace volley
