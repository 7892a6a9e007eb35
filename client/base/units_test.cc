#include "base/units.hh"

#include <gtest/gtest.h>

namespace volley {
namespace {

using namespace std::chrono_literals;

TEST(Units, DurationsAreReadWithTheirUnit) {
    EXPECT_EQ(parse_duration("250ms"), Duration(250ms));
    EXPECT_EQ(parse_duration("1.5s"), Duration(1500ms));
    EXPECT_EQ(parse_duration("2m"), Duration(2min));
    EXPECT_EQ(parse_duration("3"), Duration(3s));
    EXPECT_EQ(parse_duration("20ns"), Duration(20ns));
    EXPECT_EQ(parse_duration("0"), Duration(0));
}

TEST(Units, WhatIsNoDurationIsRefused) {
    for (const char* text : {"", "x", "1x", "-1s", "1 s", "inf", "nan", "1e300", "1e10", "ms"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(Units, NanosecondsGetTheUnitThatSuits) {
    EXPECT_EQ(format_nanoseconds(0), "0.00 ns");
    EXPECT_EQ(format_nanoseconds(9.994), "9.99 ns");
    EXPECT_EQ(format_nanoseconds(640), "640 ns");
    EXPECT_EQ(format_nanoseconds(9130), "9.13 us");
    EXPECT_EQ(format_nanoseconds(45670), "45.7 us");
    EXPECT_EQ(format_nanoseconds(999'600), "1.00 ms");
    EXPECT_EQ(format_nanoseconds(2e9), "2.00 s");
    EXPECT_EQ(format_nanoseconds(-1500), "-1.50 us");
    for (const auto& [share, text] :
         std::initializer_list<std::pair<double, const char*>>{{0.95, "95 %"},
                                                               {0.995, "99.5 %"},
                                                               {0.9995, "99.95 %"},
                                                               {0.07, "7 %"},
                                                               {0.0525, "5.25 %"},
                                                               {0.99999, "99.999 %"},
                                                               {1, "100 %"}}) {
        EXPECT_EQ(format_chosen_share(share), text);
    }
}

TEST(Units, CountsAreGrouped) {
    EXPECT_EQ(format_count(0), "0");
    EXPECT_EQ(format_count(999), "999");
    EXPECT_EQ(format_count(1000), "1,000");
    EXPECT_EQ(format_count(-1234567), "-1,234,567");
}

}  // namespace
}  // namespace volley
