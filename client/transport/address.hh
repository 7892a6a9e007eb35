// The address of a server: a host and a port. A host name may have several addresses, and a server
// may listen on any of them.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/owned_fd.hh"

namespace volley {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    std::string text;  // "127.0.0.1:9000", "[::1]:9000"
    std::string host;  // "127.0.0.1", "::1", "fe80::1%eth0"

    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

// All addresses of a host, each once, in the order in which the system wants them tried; at least
// one. host: a name or a numeric IPv4 or IPv6 address, also in brackets. If there is none, throws
// Error(failed) naming the host, the cause and the remedy.
[[nodiscard]] std::vector<Address> resolve_all(const std::string& host, std::uint16_t port);
// The first of them.
[[nodiscard]] Address resolve(const std::string& host, std::uint16_t port);

// A socket that listens there; for port 0 the system chooses the port. On failure, no socket, and
// errno is set.
[[nodiscard]] OwnedFd listen_at(const Address& address);
// The local port of a socket.
[[nodiscard]] std::uint16_t port_of(const OwnedFd& socket);

// The numeric form of the first address of `host` on which a server on this machine can listen.
// Throws Error(failed) naming all that were tried, each with its reason.
[[nodiscard]] std::string own_address(const std::string& host);
[[nodiscard]] std::string own_address(const std::string& host,
                                      const std::vector<Address>& candidates);

// A TCP port at `host` on which nothing listens now, chosen by the system. Another process may take
// it before the server does; the caller then tries again.
[[nodiscard]] std::uint16_t free_port(const std::string& host);

// Whether a process listens on the port at `host` (or holds it otherwise).
[[nodiscard]] bool is_port_taken(const std::string& host, std::uint16_t port);

}  // namespace volley
