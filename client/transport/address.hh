// Where a server is: a host and a port. A host name may have several addresses, and a server may
// listen on any of them.
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

// host: a name or a numeric IPv4 or IPv6 address, also in brackets. All its
// addresses, each once, in the order in which the system wants them tried; at least one. Throws
// Error(failed) that names the host, the cause and the remedy where there is none.
[[nodiscard]] std::vector<Address> resolve_all(const std::string& host, std::uint16_t port);
// The first of them.
[[nodiscard]] Address resolve(const std::string& host, std::uint16_t port);

// A socket that listens there, where port 0 is one that the system chooses; none, and errno, where
// that is not to be had.
[[nodiscard]] OwnedFd listen_at(const Address& address);
// The port that a socket has here.
[[nodiscard]] std::uint16_t port_of(const OwnedFd& socket);

// The numeric form of the first address of `host` on which a server of this machine can listen.
// Throws Error(failed) that names all that were tried, each with its reason.
[[nodiscard]] std::string own_address(const std::string& host);
[[nodiscard]] std::string own_address(const std::string& host,
                                      const std::vector<Address>& candidates);

// A TCP port on which nothing listens at `host` now, chosen by the system. Somebody else may take
// it before the server does; the caller tries again.
[[nodiscard]] std::uint16_t free_port(const std::string& host);

// Whether somebody listens on the port at `host` (or holds it otherwise).
[[nodiscard]] bool is_port_taken(const std::string& host, std::uint16_t port);

}  // namespace volley
