#include "transport/ports.hh"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>

#include "transport/kernel_table.hh"

namespace volley {

namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// In the form of the tables: the words of the address as they are in memory, then the port.
std::string in_table(const Address& address) {
    std::array<char, 48> text{};
    if (address.storage.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
        const auto& words = v6.sin6_addr.s6_addr32;
        std::snprintf(text.data(), text.size(), "%08X%08X%08X%08X:%04X", words[0], words[1],
                      words[2], words[3], ntohs(v6.sin6_port));
    } else {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
        std::snprintf(text.data(), text.size(), "%08X:%04X", v4.sin_addr.s_addr,
                      ntohs(v4.sin_port));
    }
    return text.data();
}

}  // namespace

std::uint32_t count_ports(const std::string& range, const std::string& reserved) {
    std::uint32_t first = 32768;  // the kernel's defaults
    std::uint32_t last = 60999;
    std::istringstream numbers(range);
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    if (numbers >> low >> high) {
        first = low;
        last = high;
    }
    std::uint32_t count = last >= first ? last - first + 1 : 0;
    // Linux tries the ports of one parity, then those of the other, and makes their number even for
    // that (inet_hashtables.c).
    count -= count > 1 ? count % 2 : 0;
    std::istringstream parts(reserved);
    for (std::string part; std::getline(parts, part, ',');) {
        std::istringstream ends(part);
        if (!(ends >> low)) {
            continue;
        }
        char dash = 0;
        high = ends >> dash >> high ? high : low;
        for (std::uint32_t port = std::max(low, first); count > 0 && port <= std::min(high, last);
             ++port) {
            --count;
        }
    }
    return count;
}

std::uint32_t local_ports() {
    const std::string directory = "/proc/sys/net/ipv4/";
    return count_ports(text_of(directory + "ip_local_port_range"),
                       text_of(directory + "ip_local_reserved_ports"));
}

PortsTaken ports_taken(std::string_view table, const Address& remote) {
    const std::string wanted = in_table(remote);
    PortsTaken taken;
    for (const TableRow& row : rows_of(table)) {
        if (row.remote == wanted) {
            ++taken.all;
            taken.waiting += row.state == table_time_wait ? 1 : 0;
        }
    }
    return taken;
}

std::string ports_text(const Address& remote) {
    const bool is_v6 = remote.storage.ss_family == AF_INET6;
    const PortsTaken taken =
        ports_taken(text_of(is_v6 ? "/proc/self/net/tcp6" : "/proc/self/net/tcp"), remote);
    return "the kernel hands out " + std::to_string(local_ports()) +
           " local ports (net.ipv4.ip_local_port_range), " + std::to_string(taken.all) +
           " of them are taken towards " + remote.text + ", " + std::to_string(taken.waiting) +
           " by connections that wait (TIME_WAIT)";
}

}  // namespace volley
