// The faults that the fake server can be asked for, each by name.
//
// A fault is exactly one deviation, so that the test that asks for it knows which error to expect.
// Some take a number, as in "dies-after=100". A table, because --help, the parser and the tests
// that require every fault to be used all read it.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace volley {

struct Fault {
    std::string_view name;
    std::string_view meaning;  // N is the number after '='; it is 0 if none is given
};

inline constexpr std::array faults_known{
    // Replies.
    Fault{"silent", "accepts, reads, never answers"},
    Fault{"wrong-answer", "adds two from reply N + 1 on"},
    Fault{"host-byte-order", "takes the challenge for little-endian"},
    Fault{"no-carry", "adds to the last byte alone"},
    Fault{"stops-at-sign", "7fffffff stays what it is"},
    Fault{"no-wrap", "ffffffff stays what it is"},
    Fault{"no-narrow-wrap", "ff stays what it is where a message has one byte"},
    Fault{"wrong-payload", "changes the last byte of messages over four bytes"},
    Fault{"adds-a-byte", "sends one byte more than it received"},
    Fault{"answers-twice", "sends each reply twice from reply N + 1 on"},
    Fault{"closes-mid-reply", "closes after half of reply N + 1"},
    Fault{"resets-after", "resets the connection instead of reply N + 1; a local one it closes"},
    Fault{"stalls-after", "no more replies after N in all"},
    Fault{"dies-after", "exits with status 1 after N replies in all"},
    Fault{"stands-still", "answers for N ms, then does nothing for N ms, again and again"},
    Fault{"late", "each reply N ms after its challenge"},
    Fault{"short-writes", "sends each byte by itself; awkward, but right"},
    Fault{"greeting", "speaks first, as a mail server does"},
    // How input is read.
    Fault{"drops-parts", "throws an incomplete challenge away"},
    Fault{"drops-bursts", "answers the first challenge of a read only"},
    Fault{"reverses-bursts", "answers the last challenge of a read first"},
    Fault{"waits-for-more", "keeps the last reply of a burst until more input comes"},
    Fault{"nagle", "a write for each reply, and no TCP_NODELAY"},
    // Connections.
    Fault{"short-listen-queue", "listens with a queue of 0, and takes N ms for each connection"},
    Fault{"one-at-a-time", "serves one connection, the others wait for its end"},
    Fault{"at-most", "closes each connection beyond N"},
    Fault{"dies-on-half", "exits when a connection closes within a challenge"},
    Fault{"drops-half-closed", "closes without a reply where the client has ended its side"},
    Fault{"ignores-half-close", "never ends its own side"},
    Fault{"dies-on-reset", "exits when a connection is reset"},
    Fault{"leaks-descriptors", "forgets to close"},
    Fault{"dies-at", "exits when N connections are open at once"},
    Fault{"spins-without-descriptors", "tries to accept again and again"},
    Fault{"dies-without-descriptors", "exits when it cannot accept"},
    Fault{"never-sleeps", "uses a CPU although nothing is asked of it"},
    // Its end.
    Fault{"survives-zero", "a zero challenge is a challenge as any other"},
    Fault{"survives-zero-beside-others", "so, where other connections are open"},
    Fault{"zero-status", "a zero challenge ends it with status N"},
    Fault{"ignores-sigterm", ""},
    Fault{"ignores-sigint", ""},
    Fault{"slow-to-end", "takes N ms to end where several connections are open"},
    Fault{"leaves-a-child", "starts a process that outlives it"},
    // Its start.
    Fault{"exits-at-start", "complains on stderr and exits with status N"},
    Fault{"never-ready", "runs, but does not listen"},
    Fault{"no-reuseaddr", "does not set SO_REUSEADDR"},
    Fault{"shares-port", "sets SO_REUSEPORT"},
    Fault{"binds-everywhere", "listens on all IPv4 addresses"},
    Fault{"ignores-address", "listens on 127.0.0.1 whatever -b says, or under another local name"},
    Fault{"serves-other-users", "over a local transport, too"},
    Fault{"pads-its-name",
          "pads the name of a local socket with zeros; as Node.js does, and right"},
    Fault{"accepts-wrong-flags", "takes a default instead of a wrong or missing value"},
    Fault{"errors-with-status-0", "complains, but exits with status 0"},
    Fault{"errors-in-silence", "exits with status 1 and no line on stderr"},
    Fault{"errors-at-length", "complains in two lines"},
    Fault{"errors-on-stdout", "complains on stdout too"},
    Fault{"prints-on-stdout", "says on stdout that it is ready"},
    Fault{"noisy-stderr", "1 MiB on stderr at the start, and 1 KiB for each reply"},
    Fault{"forks-away", "a child of the started process serves"},
    Fault{"ignores-affinity", "one thread whatever CPUs are allowed"},
};

class Faults {
  public:
    // "name" or "name=N". False if there is no such fault, or N is not a number from 0 on.
    [[nodiscard]] bool add(std::string_view text) {
        const std::size_t equals = text.find('=');
        const std::string_view name = text.substr(0, equals);
        std::uint64_t value = 0;
        if (equals != std::string_view::npos) {
            const std::string_view digits = text.substr(equals + 1);
            const auto [end, error] =
                std::from_chars(digits.data(), digits.data() + digits.size(), value);
            if (error != std::errc() || end != digits.data() + digits.size()) {
                return false;
            }
        }
        values_[std::string(name)] = value;
        return std::any_of(faults_known.begin(), faults_known.end(),
                           [&](const Fault& fault) { return fault.name == name; });
    }
    // The fault's number if it was requested.
    [[nodiscard]] std::optional<std::uint64_t> find(std::string_view name) const {
        const auto found = values_.find(name);
        return found == values_.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }

  private:
    std::map<std::string, std::uint64_t, std::less<>> values_;
};

}  // namespace volley
