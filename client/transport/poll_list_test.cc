#include "transport/poll_list.hh"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include "base/owned_fd.hh"

namespace volley {
namespace {

constexpr int for_ever_ms = 1'000'000'000;

TEST(PollList, WaitsForWhatHasADescriptor) {
    const OwnedFd silent(::eventfd(0, EFD_CLOEXEC));
    PollList list;
    list.add({.handle = silent.get(), .events = POLLIN});
    EXPECT_FALSE(list.wait(1));
    list.add({.handle = silent.get(), .events = POLLOUT});  // two events of one handle
    EXPECT_TRUE(list.wait(for_ever_ms));
    list.clear();
    EXPECT_FALSE(list.wait(0));
}

TEST(PollList, WhatHasNoneIsAskedSoon) {
    const OwnedFd silent(::eventfd(0, EFD_CLOEXEC));
    PollList list;
    list.add({.handle = silent.get(), .events = POLLIN});
    list.add(WaitsFor{});
    EXPECT_TRUE(list.wait(for_ever_ms));
}

}  // namespace
}  // namespace volley
