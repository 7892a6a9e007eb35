#include "host/cpu_set.hh"

#include <gtest/gtest.h>

namespace volley {
namespace {

TEST(CpuSet, ListsAreReadAsTheKernelWritesThem) {
    EXPECT_EQ(parse_cpu_list("0-3,8,10-11"), (CpuList{0, 1, 2, 3, 8, 10, 11}));
    EXPECT_EQ(parse_cpu_list("5"), (CpuList{5}));
    EXPECT_EQ(parse_cpu_list("7-7"), (CpuList{7}));
    EXPECT_EQ(parse_cpu_list("65535"), (CpuList{65535}));
    EXPECT_EQ(parse_cpu_list(""), CpuList{});
}

TEST(CpuSet, OrderAndRepeatsDoNotMatter) {
    EXPECT_EQ(parse_cpu_list("3,1,2,1-2"), (CpuList{1, 2, 3}));
}

TEST(CpuSet, WhatIsNoListIsRefused) {
    for (const char* text : {"x", "-1", "1-", "-", ",", "1,", ",1", "1,,2", "3-1", "1 2", "1-2-3",
                             "+1", " 1", "1 ", "65536", "0-65536", "99999999999999999999", "0x1"}) {
        EXPECT_FALSE(parse_cpu_list(text)) << text;
    }
}

TEST(CpuSet, ListsAreWrittenInRanges) {
    EXPECT_EQ(format_cpu_list({0, 1, 2, 3, 8}), "0-3,8");
    EXPECT_EQ(format_cpu_list({0, 1}), "0-1");
    EXPECT_EQ(format_cpu_list({4}), "4");
    EXPECT_EQ(format_cpu_list({}), "");
    EXPECT_EQ(format_cpu_list({0, 2, 4, 5}), "0,2,4-5");
}

TEST(CpuSet, WrittenListsAreReadBack) {
    for (const CpuList& cpus : {CpuList{}, CpuList{0}, CpuList{0, 1, 5, 6, 7, 1024, 4096}}) {
        EXPECT_EQ(parse_cpu_list(format_cpu_list(cpus)), cpus);
    }
}

}  // namespace
}  // namespace volley
