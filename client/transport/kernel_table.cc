#include "transport/kernel_table.hh"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

namespace volley {

namespace {

constexpr int hexadecimal = 16;

}  // namespace

std::vector<TableRow> rows_of(std::string_view table) {
    std::vector<TableRow> rows;
    std::istringstream lines{std::string(table)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        TableRow row;
        std::string number, queues, timer, retransmits, user, timeout;
        if (!(fields >> number >> row.local >> row.remote >> row.state)) {
            continue;
        }
        fields >> queues >> timer >> retransmits >> user >> timeout >> row.inode;
        const auto colon = row.local.rfind(':');
        const char* const end = row.local.data() + row.local.size();
        if (colon != std::string::npos &&
            std::from_chars(row.local.data() + colon + 1, end, row.local_port, hexadecimal).ptr ==
                end) {
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

std::vector<TableRow> tables_of(pid_t process) {
    std::vector<TableRow> rows;
    for (const char* name : {"tcp", "tcp6"}) {
        std::ifstream file("/proc/" + std::to_string(process) + "/net/" + name);
        const std::string table{std::istreambuf_iterator<char>(file), {}};
        std::vector<TableRow> more = rows_of(table);
        rows.insert(rows.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
    }
    return rows;
}

std::size_t count_rows(const std::vector<TableRow>& rows, std::string_view state,
                       std::uint16_t local_port, const std::set<std::string>& sockets) {
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const TableRow& row) {
            return row.state == state && row.local_port == local_port &&
                   sockets.contains(row.inode);
        }));
}

}  // namespace volley
