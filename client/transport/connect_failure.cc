#include "transport/connect_failure.hh"

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.hh"
#include "base/owned_fd.hh"
#include "transport/ports.hh"

namespace volley {

namespace {

struct Row {
    int error;
    const char* cause;
    const char* remedy;
};

constexpr const char* fewer = "open fewer connections with --clients";

// clang-format off
constexpr std::array<Row, 20> rows{{
    {ECONNREFUSED, "nothing listens there", "start a server there, or let volley start one: volley [options] -- SERVER"},
    {ECONNRESET, "it was reset before it was established", "look at the server, and for a firewall that resets connections"},
    {ETIMEDOUT, "no answer to the connection request", "check that the host is up, and that no firewall drops what comes to this port"},
    {EHOSTUNREACH, "the network says that the host cannot be reached", "check the host and the way there (ip route get, ping)"},
    {ENETUNREACH, "this machine has no route there", "check the way there (ip route get), or give an address of the other family with --host"},
    {ENETDOWN, "the network interface is down", "bring it up (ip link set DEVICE up)"},
    {EADDRNOTAVAIL, "this machine has no address of that family to connect from", "check that IPv6 is on (net.ipv6.conf.*.disable_ipv6), or give an address of the other family with --host"},
    {EAFNOSUPPORT, "the kernel does not support this address family", "give an IPv4 address with --host"},
    {EINVAL, "the address is not one to connect to", "name the interface of a link-local address: --host fe80::1%eth0"},
    {ENODEV, "there is no such network interface", "name one of this machine after %, as in fe80::1%eth0 (ip link)"},
    {ENXIO, "there is no such network interface", "name one of this machine after %, as in fe80::1%eth0 (ip link)"},
    {EACCES, "it is not permitted", "check the firewall of this machine (nft list ruleset), and that this is no broadcast address"},
    {EPERM, "it is not permitted", "check the firewall of this machine (nft list ruleset) and the limits of its container"},
    {EMFILE, "this process has reached its descriptor limit", "raise the descriptor limit (ulimit -n), or open fewer connections with --clients"},
    {ENFILE, "the machine has reached its descriptor limit", "raise fs.file-max with sysctl, or open fewer connections with --clients"},
    {ENOBUFS, "the kernel has no memory for another socket", fewer},
    {ENOMEM, "the kernel has no memory for another socket", fewer},
    {EPROTONOSUPPORT, "the kernel does not speak TCP there", "check what the container allows"},
    {EPROTOTYPE, "the kernel does not speak TCP there", "check what the container allows"},
    {ECONNABORTED, "it was aborted before it was established", "check the network and the firewall"},
}};
// clang-format on

// A datagram socket also needs a route and a source address, but none of TCP's ports.
bool has_source_address(const Address& address) {
    const OwnedFd socket(::socket(address.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return socket && ::connect(socket.get(), address.get(), address.length) == 0;
}

bool lacks_a_port(int error, const Address& address) {
    return error == EAGAIN || error == EADDRINUSE ||
           (error == EADDRNOTAVAIL && has_source_address(address));
}

}  // namespace

Refusal explain_connect_failure(int error, const Address& address) {
    if (lacks_a_port(error, address)) {
        return {"no local port is left: " + ports_text(address),
                "widen net.ipv4.ip_local_port_range with sysctl, wait a minute for those that "
                "wait, or open fewer connections with --clients"};
    }
    const auto* const row =
        std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return one.error == error; });
    if (row == rows.end()) {
        return {errno_text(error), "check the address and the network"};
    }
    return {errno_text(error) + ": " + row->cause, row->remedy};
}

}  // namespace volley
