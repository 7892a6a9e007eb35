// Where a server is: a host and a port, resolved once, before anything is measured.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace volley {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    std::string text;  // "127.0.0.1:9000", "[::1]:9000"
    std::string host;  // "127.0.0.1", "::1"

    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

// host: a name or a numeric IPv4 or IPv6 address. port: 1 to 65535. Throws Error(failed) that names
// the host where it does not resolve.
[[nodiscard]] Address resolve(const std::string& host, std::uint16_t port);

// A TCP port on which nothing listens at `host` now, chosen by the system. Somebody else may take
// it before the server does; the caller tries again.
[[nodiscard]] std::uint16_t free_port(const std::string& host);

// Whether somebody listens on the port at `host` (or holds it otherwise).
[[nodiscard]] bool is_port_taken(const std::string& host, std::uint16_t port);

}  // namespace volley
