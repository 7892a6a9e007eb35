#include "run/offload.hh"

#include <gtest/gtest.h>

namespace volley {
namespace {

constexpr const char* good_end = "exited with status 0";

TEST(Offload, OnlyTheTwoFormsOfTheContractAreBelieved) {
    EXPECT_EQ(offload_verdict("offloaded", good_end), "offloaded");
    EXPECT_EQ(offload_verdict("not offloaded: no card", good_end), "not offloaded: no card");
    for (const char* wrong : {"", "Offloaded", "offloaded.", "offloaded | offloaded", "yes",
                              "not offloaded", "not offloaded: "}) {
        EXPECT_TRUE(
            offload_verdict(wrong, good_end).starts_with("not offloaded: the check failed: "))
            << wrong;
    }
    EXPECT_EQ(offload_verdict("", good_end), "not offloaded: the check failed: it said nothing");
}

TEST(Offload, ACheckThatEndsBadlyIsNotBelieved) {
    EXPECT_EQ(offload_verdict("offloaded", "exited with status 1"),
              "not offloaded: the check failed: it exited with status 1, saying: offloaded");
    EXPECT_EQ(offload_verdict("", "was killed by signal 9 (Killed)"),
              "not offloaded: the check failed: it was killed by signal 9 (Killed)");
}

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

TEST(Offload, OnlyEstablishedConnectionsOfTheServerAtItsPortCount) {
    EXPECT_EQ(established_in_kernel(table, 4000, {"100", "101", "102", "103", "104"}), 2U);
    EXPECT_EQ(established_in_kernel(table, 4000, {"100", "104"}), 1U);
    EXPECT_EQ(established_in_kernel(table, 4001, {"100", "101", "103"}), 1U);
    EXPECT_EQ(established_in_kernel(table, 4000, {}), 0U);
    EXPECT_EQ(established_in_kernel(table, 4002, {"101"}), 0U);
    EXPECT_EQ(established_in_kernel("", 4000, {"101"}), 0U);
    EXPECT_EQ(established_in_kernel("torn: 0100007F", 4000, {"101"}), 0U);
}

}  // namespace
}  // namespace volley
