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

}  // namespace
}  // namespace volley
