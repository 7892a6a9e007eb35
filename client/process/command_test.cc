#include "process/command.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace volley {
namespace {

class CommandTest : public testing::Test {
  protected:
    [[nodiscard]] CommandStart start(std::vector<std::string> command) const {
        return {.command = std::move(command), .output = memory_.get(), .error = memory_.get()};
    }
    [[nodiscard]] std::string output() const {
        std::string text(100, '\0');
        const ssize_t length = ::pread(memory_.get(), text.data(), text.size(), 0);
        text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
        return text;
    }

    OwnedFd memory_{::memfd_create("output", MFD_CLOEXEC)};
    std::optional<StartedProcess> process_;
};

TEST_F(CommandTest, IsPreparedAndThenExecutedWithAnEmptyInput) {
    CommandStart echo = start({"sh", "-c", "read -r line; echo \"$? $1\"; pwd", "sh", "a b"});
    echo.prepare = [] { return ::chdir("/usr"); };
    ASSERT_FALSE(start_command(echo, process_));
    ASSERT_TRUE(process_->has_ended_by(now() + std::chrono::seconds(20)));
    EXPECT_EQ(process_->wait_status(), 0);
    EXPECT_EQ(output(), "1 a b\n/usr\n");
}

TEST_F(CommandTest, WhatCannotBeExecutedSaysWhy) {
    const auto absent = start_command(start({"/nonexistent/server"}), process_);
    ASSERT_TRUE(absent);
    EXPECT_EQ(absent->step, StartFailure::execute);
    EXPECT_EQ(absent->error, ENOENT);
    EXPECT_FALSE(process_);
    CommandStart by_path = start({"sh", "-c", "exit"});
    by_path.as_a_shell = false;
    EXPECT_TRUE(start_command(by_path, process_));  // PATH is for shells
}

TEST_F(CommandTest, AStepOfThePreparationThatFailsIsTold) {
    CommandStart unprepared = start({"sh"});
    unprepared.prepare = [] {
        errno = EPERM;
        return 3;
    };
    const auto failure = start_command(unprepared, process_);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->step, 3);
    EXPECT_EQ(failure->error, EPERM);
    EXPECT_FALSE(process_);
}

}  // namespace
}  // namespace volley
