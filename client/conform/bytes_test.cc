#include "conform/bytes.hh"

#include <gtest/gtest.h>

#include <set>

namespace volley {
namespace {

TEST(WireBytes, HexadecimalThereAndBack) {
    EXPECT_EQ(from_hex("0000 00ff"), (WireBytes{0x00, 0x00, 0x00, 0xff}));
    EXPECT_EQ(to_hex(from_hex("7fffffff")), "7f ff ff ff");
    EXPECT_EQ(to_hex({}), "nothing");
    EXPECT_EQ(to_hex(repeated(from_hex("01"), 17)),
              "01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 … (17 bytes)");
}

TEST(WireBytes, HalfAByteIsAMistake) {
    EXPECT_DEATH((void)from_hex("123"), "pairs");
}

TEST(WireBytes, ThePatternShowsAShift) {
    const WireBytes pattern = payload_pattern(4096);
    for (std::size_t shift = 1; shift < 1024; ++shift) {
        EXPECT_FALSE(std::equal(pattern.begin() + static_cast<std::ptrdiff_t>(shift), pattern.end(),
                                pattern.begin()));
    }
    EXPECT_EQ(std::set<std::uint8_t>(pattern.begin(), pattern.begin() + 256).size(), 256U);
}

}  // namespace
}  // namespace volley
