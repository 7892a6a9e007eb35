#include "transport/address.hh"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.hh"
#include "transport/refusal.hh"

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

// "[::1]", as in a URL, is ::1.
std::string without_brackets(const std::string& host) {
    return host.size() > 2 && host.front() == '[' && host.back() == ']'
               ? host.substr(1, host.size() - 2)
               : host;
}

[[noreturn]] void throw_unresolved(const std::string& host, int status, int error) {
    const std::string why = status == EAI_SYSTEM ? errno_text(error) : ::gai_strerror(status);
    const auto colon = host.rfind(':');
    const bool has_port = colon != std::string::npos && colon == host.find(':');
    throw Error(ExitCode::failed, "host '" + host + "' does not resolve: " + why,
                has_port              ? "give the port with -p, and the host alone with --host"
                : status == EAI_AGAIN ? "the name server does not answer: try again, check "
                                        "/etc/resolv.conf, or give a numeric address with --host"
                : status == EAI_SYSTEM
                    ? "give a numeric IPv4 or IPv6 address with --host"
                    : "check its spelling, or give a numeric IPv4 or IPv6 address "
                      "with --host");
}

in_port_t& port_in(Address& address) {
    return address.storage.ss_family == AF_INET6
               ? reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port
               : reinterpret_cast<sockaddr_in&>(address.storage).sin_port;
}

// A port of this address, chosen by the system; 0 and errno if there is none.
std::uint16_t bindable_port(Address address) {
    port_in(address) = 0;
    const OwnedFd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket || ::bind(socket.get(), address.get(), address.length) != 0) {
        return 0;
    }
    return port_of(socket);
}

Refusal bind_refusal(int error) {
    switch (error) {
        case EADDRNOTAVAIL:
            return {errno_text(error) + ": this machine does not have this address",
                    "give an address of this machine with --host (ip address lists them)"};
        case EAFNOSUPPORT:
            return {errno_text(error) + ": the kernel does not support this address family",
                    "give an IPv4 address with --host"};
        case EADDRINUSE:
            return {"every local port is in use",
                    "widen net.ipv4.ip_local_port_range with sysctl, or end the processes that use "
                    "them"};
        case EMFILE:
        case ENFILE:
            return {errno_text(error), "raise the descriptor limit (ulimit -n)"};
        default:
            return {errno_text(error), "give an address of this machine with --host"};
    }
}

}  // namespace

std::vector<Address> resolve_all(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    // To the resolver an empty name would mean this machine.
    const int status = host.empty() ? EAI_NONAME
                                    : ::getaddrinfo(without_brackets(host).c_str(),
                                                    std::to_string(port).c_str(), &hints, &found);
    const int error = errno;
    if (status != 0) {
        throw_unresolved(host, status, error);
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    std::vector<Address> all;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        Address address;
        std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
        address.length = one->ai_addrlen;
        set_texts(address);
        // A name may be in the hosts file twice.
        if (std::none_of(all.begin(), all.end(),
                         [&](const Address& other) { return other.text == address.text; })) {
            all.push_back(address);
        }
    }
    return all;
}

Address resolve(const std::string& host, std::uint16_t port) {
    return resolve_all(host, port).front();
}

OwnedFd listen_at(const Address& address) {
    constexpr int backlog = 16;
    OwnedFd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const bool listens = ::bind(socket.get(), address.get(), address.length) == 0 &&
                         ::listen(socket.get(), backlog) == 0;
    return listens ? std::move(socket) : OwnedFd();
}

std::uint16_t port_of(const OwnedFd& socket) {
    Address address;
    address.length = sizeof address.storage;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address.storage), &address.length);
    return ntohs(port_in(address));
}

std::string own_address(const std::string& host, const std::vector<Address>& candidates) {
    std::string tried;
    std::string remedy;
    for (const Address& address : candidates) {
        if (bindable_port(address) != 0) {
            return address.host;
        }
        const Refusal refusal = bind_refusal(errno);
        tried += (tried.empty() ? "" : ", ") + address.host + " (" + refusal.cause + ")";
        remedy = refusal.remedy;
    }
    throw Error(ExitCode::failed, "no server can listen at '" + host + "': " + tried, remedy);
}

std::string own_address(const std::string& host) {
    return own_address(host, resolve_all(host, 1));
}

std::uint16_t free_port(const std::string& host) {
    const std::uint16_t port = bindable_port(resolve(host, 1));
    if (port == 0) {
        const Refusal refusal = bind_refusal(errno);
        throw Error(ExitCode::failed, "no free port at '" + host + "': " + refusal.cause,
                    refusal.remedy);
    }
    return port;
}

bool is_port_taken(const std::string& host, std::uint16_t port) {
    const Address address = resolve(host, port);
    const OwnedFd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    // Connections in TIME_WAIT do not count: a server sets this option too.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return ::bind(socket.get(), address.get(), address.length) != 0 && errno == EADDRINUSE;
}

}  // namespace volley
