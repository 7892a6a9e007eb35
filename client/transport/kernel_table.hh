// The kernel's table of TCP connections, as /proc/PID/net/tcp and tcp6 show it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace volley {

struct TableRow {
    std::string local;   // "0100007F:0FA0", the words of the address as they are in memory
    std::string remote;  // the same for the other end
    std::uint16_t local_port = 0;
    std::string state;  // in hexadecimal, see below
    std::string inode;  // of the socket; "" in a truncated line
};
inline constexpr std::string_view table_established = "01";
inline constexpr std::string_view table_time_wait = "06";
inline constexpr std::string_view table_listens = "0A";

// Leaves out truncated lines and the heading.
[[nodiscard]] std::vector<TableRow> rows_of(std::string_view table);

// Both tables as a process sees them; it may be in another network namespace.
[[nodiscard]] std::vector<TableRow> tables_of(pid_t process);

// The number of rows in this state with this local port that belong to one of these sockets
// (inodes).
[[nodiscard]] std::size_t count_rows(const std::vector<TableRow>& rows, std::string_view state,
                                     std::uint16_t local_port,
                                     const std::set<std::string>& sockets);

}  // namespace volley
