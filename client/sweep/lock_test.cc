#include "sweep/lock.hh"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>

#include "base/error.hh"

namespace volley {
namespace {

std::string own_name() {
    return "volley-sweep-test-" + std::to_string(::getpid());
}

std::string refusal(const std::string& name) {
    try {
        const SweepLock lock(name);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::failed);
        return error.what();
    }
    return "accepted";
}

TEST(SweepLock, IsHeldByOneAndNamesIt) {
    std::optional<SweepLock> lock(std::in_place, own_name());
    const std::string error = refusal(own_name());
    EXPECT_NE(error.find("process " + std::to_string(::getpid())), std::string::npos) << error;
    EXPECT_NE(error.find("unit_tests"), std::string::npos) << error;
    EXPECT_NE(error.find("kill"), std::string::npos) << error;
    EXPECT_EQ(refusal(own_name() + "-other"), "accepted");
    lock.reset();
    EXPECT_EQ(refusal(own_name()), "accepted");
}

TEST(SweepLock, ManyMayAsk) {
    const SweepLock lock(own_name());
    for (int times = 0; times < 100; ++times) {
        EXPECT_NE(refusal(own_name()).find("process"), std::string::npos);
    }
}

TEST(SweepLock, IsFreeWhenItsHolderWasKilled) {
    const std::string name = own_name();
    std::array<int, 2> ready{};
    ASSERT_EQ(::pipe(ready.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const SweepLock lock(name);
        static_cast<void>(!::write(ready[1], "x", 1));
        for (;;) {
            ::pause();
        }
    }
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    EXPECT_NE(refusal(name).find("process " + std::to_string(child)), std::string::npos);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(refusal(name), "accepted");
    ::close(ready[0]);
    ::close(ready[1]);
}

}  // namespace
}  // namespace volley
