#include "transport/address.hh"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.hh"
#include "base/owned_fd.hh"

namespace volley {

namespace {

void set_texts(Address& address) {
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    ::getnameinfo(address.get(), address.length, host.data(), host.size(), port.data(), port.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV);
    const bool is_v6 = address.storage.ss_family == AF_INET6;
    address.host = host.data();
    address.text = (is_v6 ? "[" : "") + address.host + (is_v6 ? "]:" : ":") + port.data();
}

}  // namespace

Address resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int status = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (status != 0) {
        throw Error(ExitCode::failed,
                    "host '" + host + "' does not resolve: " + ::gai_strerror(status),
                    "give a host name or a numeric IPv4 or IPv6 address with --host");
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    Address address;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    address.length = found->ai_addrlen;
    set_texts(address);
    return address;
}

std::uint16_t free_port(const std::string& host) {
    Address address = resolve(host, 1);
    const auto set_port = [&](in_port_t port) {
        if (address.storage.ss_family == AF_INET6) {
            reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = port;
        } else {
            reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port = port;
        }
    };
    set_port(0);
    const OwnedFd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket || ::bind(socket.get(), address.get(), address.length) != 0) {
        throw_errno("no free port at '" + host + "'", errno,
                    "name an address of this machine with --host");
    }
    Address bound = address;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.length);
    return ntohs(address.storage.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6*>(&bound.storage)->sin6_port
                     : reinterpret_cast<const sockaddr_in*>(&bound.storage)->sin_port);
}

bool is_port_taken(const std::string& host, std::uint16_t port) {
    const Address address = resolve(host, port);
    const OwnedFd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    // Connections that wait out their last minute do not count: a server sets this option too.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return ::bind(socket.get(), address.get(), address.length) != 0 && errno == EADDRINUSE;
}

}  // namespace volley
