#include "transport/kernel_table.hh"

#include <gtest/gtest.h>

namespace volley {
namespace {

// Port 4000 is 0FA0, 4001 is 0FA1; 0A listens, 01 is established, 06 is TIME_WAIT.
constexpr const char* table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "100 1 0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:0FA0 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 "
    "101 1 0000000000000000 20 4 30 10 -1\n"
    "   2: 0100007F:C350 0100007F:0FA0 01 00000000:00000000 00:00000000 00000000     0        0 "
    "102 1 0000000000000000 20 4 30 10 -1\n"
    "   3: 0100007F:0FA0 0100007F:C351 06 00000000:00000000 03:00000000 00000000     0        0 "
    "0 3 0000000000000000\n"
    "   4: 0100007F:0FA1 0100007F:C352 01 00000000:00000000 00:00000000 00000000     0        0 "
    "103 1 0000000000000000 20 4 30 10 -1\n"
    "   5: 00000000000000000000000001000000:0FA0 00000000000000000000000001000000:C353 01 "
    "00000000:00000000 00:00000000 00000000     0        0 104 1 0000000000000000\n";

std::size_t established(const char* text, std::uint16_t port,
                        const std::set<std::string>& sockets) {
    return count_rows(rows_of(text), table_established, port, sockets);
}

TEST(KernelTable, OnlyEstablishedConnectionsOfTheServerAtItsPortCount) {
    EXPECT_EQ(established(table, 4000, {"100", "101", "102", "103", "104"}), 2U);
    EXPECT_EQ(established(table, 4000, {"100", "104"}), 1U);
    EXPECT_EQ(established(table, 4001, {"100", "101", "103"}), 1U);
    EXPECT_EQ(established(table, 4000, {}), 0U);
    EXPECT_EQ(established(table, 4002, {"101"}), 0U);
    EXPECT_EQ(established("", 4000, {"101"}), 0U);
    EXPECT_EQ(established("torn: 0100007F", 4000, {"101"}), 0U);
}

}  // namespace
}  // namespace volley
