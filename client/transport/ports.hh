// The local ports that the kernel hands out to connections, and what holds them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "transport/address.hh"

namespace volley {

// The number of ports in the kernel's range, less the reserved ones. range: as in
// ip_local_port_range, "32768\t60999"; reserved: as in ip_local_reserved_ports, "8080,9000-9100".
// The kernel's default is used for what cannot be read.
[[nodiscard]] std::uint32_t count_ports(const std::string& range, const std::string& reserved);

// Of this machine: net.ipv4.ip_local_port_range, which holds for IPv6 too, and the reserved ones.
[[nodiscard]] std::uint32_t local_ports();

// Connections in a table of /proc/net/tcp or tcp6 whose other end is `remote`, and how many of them
// are in TIME_WAIT.
struct PortsTaken {
    std::uint32_t all = 0;
    std::uint32_t waiting = 0;
};
[[nodiscard]] PortsTaken ports_taken(std::string_view table, const Address& remote);

// "the kernel hands out 501 local ports (net.ipv4.ip_local_port_range), 501 of them are taken
// towards 127.0.0.1:9000, 480 by connections that wait (TIME_WAIT)".
[[nodiscard]] std::string ports_text(const Address& remote);

}  // namespace volley
