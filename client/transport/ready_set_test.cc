#include "transport/ready_set.hh"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <set>
#include <vector>

#include "base/error.hh"

namespace volley {
namespace {

OwnedFd event_of(unsigned value) {
    return OwnedFd(::eventfd(value, EFD_CLOEXEC | EFD_NONBLOCK));
}

// A copy: the structure is packed, so that no reference may be bound to its field.
[[nodiscard]] std::uint64_t member_of(const epoll_event& event) {
    return event.data.u64;
}

TEST(ReadySet, SaysWhatIsReadyAgainUntilItIsNoLongerSo) {
    const OwnedFd silent = event_of(0);
    const OwnedFd readable = event_of(1);
    ReadySet set;
    set.set(silent.get(), EPOLLIN, 0);
    set.set(readable.get(), EPOLLIN, 7);
    for (int time = 0; time < 3; ++time) {
        const auto ready = set.ready_now();
        ASSERT_EQ(ready.size(), 1U);
        EXPECT_EQ(member_of(ready[0]), 7U);
        EXPECT_EQ(ready[0].events, EPOLLIN);
        pollfd whole{.fd = set.handle(), .events = POLLIN, .revents = 0};
        EXPECT_EQ(::poll(&whole, 1, 0), 1);
    }
    std::uint64_t value = 0;
    ASSERT_EQ(::read(readable.get(), &value, sizeof value), 8);
    EXPECT_TRUE(set.ready_now().empty());
}

TEST(ReadySet, AMemberWaitsForWhatItWasSetToLast) {
    const OwnedFd both = event_of(1);
    ReadySet set;
    set.set(both.get(), EPOLLIN, 0);
    set.set(both.get(), EPOLLIN | EPOLLOUT, 1);
    ASSERT_EQ(set.ready_now().size(), 1U);
    EXPECT_EQ(set.ready_now()[0].events, EPOLLIN | EPOLLOUT);
    EXPECT_EQ(member_of(set.ready_now()[0]), 1U);
    set.set(both.get(), 0, 1);
    EXPECT_TRUE(set.ready_now().empty());
    set.set(both.get(), 0, 1);
    set.set(both.get(), EPOLLOUT, 2);
    EXPECT_EQ(set.ready_now().size(), 1U);
}

TEST(ReadySet, EveryMemberHasItsTurn) {
    constexpr std::size_t many = 500;
    std::vector<OwnedFd> members;
    ReadySet set;
    for (std::size_t member = 0; member < many; ++member) {
        members.push_back(event_of(1));
        set.set(members.back().get(), EPOLLIN, member);
    }
    std::set<std::uint64_t> seen;
    for (int time = 0; time < 8; ++time) {
        for (const epoll_event& event : set.ready_now()) {
            seen.insert(member_of(event));
        }
    }
    EXPECT_EQ(seen.size(), many);
}

TEST(ReadySet, WhatCannotBeWaitedForIsNamed) {
    ReadySet set;
    try {
        set.set(-1, EPOLLIN, 4);
        FAIL() << "a descriptor that is none was taken";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("connection 5 of a worker"), std::string::npos)
            << error.what();
    }
}

}  // namespace
}  // namespace volley
