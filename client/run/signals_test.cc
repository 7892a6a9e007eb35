#include "run/signals.hh"

#include <gtest/gtest.h>
#include <unistd.h>

namespace volley {
namespace {

using namespace std::chrono_literals;

constexpr bool by_terminal = true;
constexpr bool by_process = false;

// The state after these signals, each with its sender and its time in milliseconds.
struct Sent {
    int number;
    bool from_kernel;
    int ms;
};
int requests_of(std::initializer_list<Sent> signals) {
    StopRequests requests;
    for (const Sent& sent : signals) {
        requests.note(sent.number, sent.from_kernel,
                      TimePoint{} + 1h + std::chrono::milliseconds(sent.ms));
    }
    return requests.count();
}

TEST(StopRequests, TimeoutSignalsTheProcessAndItsGroupAndAsksOnce) {
    EXPECT_EQ(requests_of({{SIGTERM, by_process, 0}}), 1);
    EXPECT_EQ(requests_of({{SIGTERM, by_process, 0}, {SIGTERM, by_process, 0}}), 1);
    EXPECT_EQ(requests_of({{SIGINT, by_process, 0}, {SIGINT, by_process, 400}}), 1);
}

TEST(StopRequests, AWrapperThatPassesOnWhatTheTerminalSentAsksNothingNew) {
    EXPECT_EQ(requests_of({{SIGINT, by_terminal, 0}, {SIGINT, by_process, 3}}), 1);
    EXPECT_EQ(requests_of({{SIGINT, by_process, 0}, {SIGINT, by_terminal, 3}}), 1);
    EXPECT_EQ(requests_of({{SIGTERM, by_process, 0}, {SIGHUP, by_process, 1}}), 1);
}

TEST(StopRequests, TwoKeystrokesAreTwoHoweverFast) {
    EXPECT_EQ(requests_of({{SIGINT, by_terminal, 0}, {SIGINT, by_terminal, 90}}), 2);
    // A wrapper passes on each of them.
    EXPECT_EQ(requests_of({{SIGINT, by_terminal, 0},
                           {SIGINT, by_process, 1},
                           {SIGINT, by_terminal, 150},
                           {SIGINT, by_process, 151}}),
              2);
}

TEST(StopRequests, ASecondKillIsASecondRequest) {
    EXPECT_EQ(requests_of({{SIGTERM, by_process, 0}, {SIGTERM, by_process, 500}}), 2);
    EXPECT_EQ(requests_of({{SIGHUP, by_process, 0}, {SIGTERM, by_process, 5000}}), 2);
    // The time counts from the last request, not from the last signal.
    EXPECT_EQ(
        requests_of(
            {{SIGTERM, by_process, 0}, {SIGTERM, by_process, 300}, {SIGTERM, by_process, 600}}),
        2);
}

TEST(StopRequests, WhatAnnouncesAnEndAsksOnce) {
    EXPECT_EQ(requests_of({{SIGHUP, by_terminal, 0}, {SIGHUP, by_terminal, 9000}}), 1);
    EXPECT_EQ(requests_of({{SIGXCPU, by_terminal, 0}, {SIGXCPU, by_terminal, 1000}}), 1);
}

TEST(Signals, WhatIsIgnoredAtTheStartStaysIgnored) {
    const auto former = ::signal(SIGHUP, SIG_IGN);
    {
        Signals signals;
        ::kill(::getpid(), SIGHUP);
        EXPECT_EQ(signals.take(), 0);
        ::kill(::getpid(), SIGUSR1);
        EXPECT_EQ(signals.take(), 1);
        EXPECT_EQ(signals.last(), SIGUSR1);
    }
    ::signal(SIGHUP, former);
}

}  // namespace
}  // namespace volley
