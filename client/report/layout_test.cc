#include "report/layout.hh"

#include <gtest/gtest.h>

namespace volley {
namespace {

TEST(Layout, CountsCharactersInsteadOfBytes) {
    EXPECT_EQ(columns_of(""), 0U);
    EXPECT_EQ(columns_of("±2 µs"), 5U);
    EXPECT_EQ(pad_left("±2", 4), "  ±2");
    EXPECT_EQ(pad_right("±2", 4), "±2  ");
    EXPECT_EQ(pad_right("longer", 4), "longer");
    EXPECT_EQ(cut("a±b", 2), "a±");
    EXPECT_EQ(cut("ab", 5), "ab");
}

TEST(Layout, WrapsAtSpaces) {
    EXPECT_EQ(wrap("a: ", "one two three", 11), "a: one two\n   three\n");
    EXPECT_EQ(wrap("a: ", "unbreakable x", 5), "a: unbreakable\n   x\n");
    EXPECT_EQ(wrap("a: ", "", 5), "a: \n");
}

}  // namespace
}  // namespace volley
