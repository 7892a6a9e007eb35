// Starts threads.
#include "run/server_process.hh"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <thread>

#include "base/error.hh"
#include "clock/clock.hh"
#include "run/watch.hh"

namespace volley {
namespace {

using namespace std::chrono_literals;

ServerStart shell(const std::string& script) {
    return {.command = {"/bin/sh", "-c", script}, .cpus = {}, .nodes = {}};
}

void await_end(ServerProcess& server) {
    const TimePoint deadline = now() + 20s;
    while (!server.has_ended() && now() < deadline) {
        static_cast<void>(wait_for(deadline, nullptr, nullptr, &server));
    }
    ASSERT_TRUE(server.has_ended());
}

bool exists(pid_t process) {
    return ::kill(process, 0) == 0 || errno != ESRCH;
}

TEST(ServerProcess, AnEarlyExitHasItsStatusAndItsLastLines) {
    ServerProcess server(shell("echo one; echo two >&2; echo; echo three; echo four; exit 3"));
    await_end(server);
    EXPECT_EQ(server.how_it_ended(), "exited with status 3");
    EXPECT_EQ(server.last_lines(), "two | three | four");
}

TEST(ServerProcess, ADeathBySignalIsNamed) {
    ServerProcess server(shell("kill -SEGV $$"));
    await_end(server);
    EXPECT_TRUE(server.how_it_ended().starts_with("was killed by signal 11 (Segmentation"))
        << server.how_it_ended();
    EXPECT_TRUE(server.stop(1s).crashed);
}

TEST(ServerProcess, WhatCannotBeExecutedSaysWhy) {
    try {
        ServerProcess server({.command = {"/nonexistent/server"}, .cpus = {}, .nodes = {}});
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(
            std::string(error.what()).find("'/nonexistent/server' cannot be executed: No such"),
            std::string::npos)
            << error.what();
    }
}

TEST(ServerProcess, StopsBySigtermWhereThatSuffices) {
    ServerProcess server(shell("exec sleep 100"));
    const auto stopped = server.stop(20s);
    EXPECT_FALSE(stopped.killed);
    EXPECT_FALSE(stopped.crashed);
    EXPECT_EQ(server.how_it_ended(), "was killed by signal 15 (Terminated)");
}

TEST(ServerProcess, StopsByForceWhatIgnoresSigterm) {
    ServerProcess server(shell("trap '' TERM; echo ready; while :; do sleep 0.01; done"));
    const TimePoint deadline = now() + 20s;
    while (server.last_lines().empty() && now() < deadline) {
        static_cast<void>(wait_for(now() + 10ms, nullptr, nullptr, &server));
    }
    EXPECT_TRUE(server.stop(10ms).killed);
}

pid_t await_number(ServerProcess& server) {
    const TimePoint deadline = now() + 20s;
    while (server.last_lines().empty() && now() < deadline) {
        static_cast<void>(wait_for(now() + 10ms, nullptr, nullptr, &server));
    }
    return std::stoi(server.last_lines());
}

TEST(ServerProcess, LeavesNobodyBehindEvenInASessionOfItsOwn) {
    adopt_orphans();
    for (const char* script : {"sleep 100 & echo $!; wait", "setsid sleep 100 & echo $!; wait",
                               "(setsid sh -c 'echo $$; sleep 100' &); exec sleep 100"}) {
        pid_t child = 0;
        {
            ServerProcess server(shell(script));
            child = await_number(server);
            EXPECT_TRUE(exists(child)) << script;
        }
        EXPECT_FALSE(exists(child)) << script;
    }
}

TEST(ServerProcess, OneThatForksAwayIsNamed) {
    adopt_orphans();
    ServerProcess server(shell("setsid sleep 100 >&- 2>&- & exit 0"));
    await_end(server);
    const std::string how = server.how_it_forked_away();
    EXPECT_NE(how.find("exited with status 0 and left sleep ("), std::string::npos) << how;
    const auto family = server.family();
    ASSERT_EQ(family.size(), 2U);
    server.stop(1s);
    EXPECT_FALSE(exists(family[1].process));
}

TEST(ServerProcess, WhatItsEndLeavesRunningIsNamed) {
    adopt_orphans();
    ServerProcess server(shell("setsid sleep 100 & echo $!; exec sleep 100"));
    const pid_t child = await_number(server);
    const auto stopped = server.stop(20s);
    EXPECT_FALSE(stopped.killed);
    EXPECT_EQ(stopped.left_behind, "sleep (" + std::to_string(child) + ")");
    EXPECT_EQ(stopped.unkillable, "");
    EXPECT_FALSE(exists(child));
}

TEST(ServerProcess, ItsNumberIsItsOwnUntilNothingIsSignalledAnyMore) {
    ServerProcess server(shell("exit 5"));
    await_end(server);
    EXPECT_EQ(server.how_it_ended(), "exited with status 5");
    EXPECT_TRUE(exists(server.pid())) << "looked at, not yet waited for";
    server.stop(1s);
    EXPECT_FALSE(exists(server.pid()));
    EXPECT_EQ(server.how_it_ended(), "exited with status 5");
}

TEST(ServerProcess, ItsOutputCannotFillThePipe) {
    ServerProcess server(
        shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done; echo last"));
    await_end(server);
    EXPECT_EQ(server.last_lines(), "0123456789 | 0123456789 | last");
}

TEST(Watch, TheBellWakesAndTheDeadlineEnds) {
    Bell bell;
    EXPECT_EQ(wait_for(now(), &bell, nullptr, nullptr), Wakeup::deadline);
    std::jthread ringer([&] { bell.ring(); });
    EXPECT_EQ(wait_for(now() + 20s, &bell, nullptr, nullptr), Wakeup::bell);
    EXPECT_EQ(wait_for(now(), &bell, nullptr, nullptr), Wakeup::deadline);
}

TEST(Watch, ASignalIsCountedOnce) {
    Signals signals;
    ::kill(::getpid(), SIGINT);
    EXPECT_EQ(wait_for(now() + 20s, nullptr, &signals, nullptr), Wakeup::signal);
    EXPECT_EQ(signals.count(), 1);
    EXPECT_EQ(signals.last(), SIGINT);
    EXPECT_EQ(wait_for(now(), nullptr, &signals, nullptr), Wakeup::deadline);
}

}  // namespace
}  // namespace volley
