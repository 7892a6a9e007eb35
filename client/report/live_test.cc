#include "report/live.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <array>

#include "base/owned_fd.hh"
#include "report/layout.hh"

namespace volley {
namespace {

LiveStatus status() {
    return {.elapsed_seconds = 12.7,
            .runs_done = 6,
            .round_trips = 1'234'567,
            .statistic = "mean",
            .estimate = Estimate{9'130, Interval{9'020, 9'310}},
            .left_seconds = 95};
}

TEST(Live, AFigureHasItsOwnUnit) {
    LiveStatus rate = status();
    rate.statistic = "round_trips_per_second";
    rate.unit = "1/s";
    EXPECT_NE(live_text(rate, 200).find("round_trips_per_second 9.13 k/s  [9.02 k/s, 9.31 k/s]"),
              std::string::npos)
        << live_text(rate, 200);
}

TEST(Live, SaysHowFarTheMeasurementIs) {
    EXPECT_EQ(live_text(status(), 200),
              "12 s  run 7  1,234,567 round trips  mean 9.13 us  [9.02 us, 9.31 us]  ±2.0 %  "
              "about 1:35 min left");
    EXPECT_EQ(live_text({.elapsed_seconds = 0.2}, 200), "0 s  run 1  0 round trips");
}

TEST(Live, WhereTheRoomIsShortTheLeastGoesFirst) {
    for (std::size_t columns = 0; columns < 120; ++columns) {
        EXPECT_LE(columns_of(live_text(status(), columns)), columns);
    }
    EXPECT_EQ(live_text(status(), 80),
              "12 s  run 7  mean 9.13 us  [9.02 us, 9.31 us]  ±2.0 %  about 1:35 min left");
    EXPECT_EQ(live_text(status(), 60), "12 s  mean 9.13 us  ±2.0 %  about 1:35 min left");
    EXPECT_EQ(live_text(status(), 30), "12 s  mean 9.13 us  ±2.0 %");
}

// What can be read from a descriptor, waiting at most a second for the first byte.
std::string received(int fd) {
    std::string text;
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    std::array<char, 512> buffer{};
    for (int timeout = 1000; ::poll(&ready, 1, timeout) == 1; timeout = 0) {
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got <= 0) {
            break;
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

TEST(Live, OverwritesItselfOnATerminalAndGoesAway) {
    const OwnedFd master(::posix_openpt(O_RDWR | O_NOCTTY));
    ASSERT_TRUE(master && ::grantpt(master.get()) == 0 && ::unlockpt(master.get()) == 0);
    const OwnedFd terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY));
    ASSERT_TRUE(terminal);
    const winsize size{.ws_row = 25, .ws_col = 31, .ws_xpixel = 0, .ws_ypixel = 0};
    ASSERT_EQ(::ioctl(terminal.get(), TIOCSWINSZ, &size), 0);
    {
        LiveLine line(terminal.get());
        line.show(status());
        EXPECT_EQ(received(master.get()), "\r12 s  mean 9.13 us  ±2.0 %");
        line.show({.elapsed_seconds = 3});
        EXPECT_EQ(received(master.get()), "\r3 s  run 1  0 round trips ");
        line.erase();
        EXPECT_EQ(received(master.get()), "\r" + std::string(25, ' ') + "\r");
        line.show({.elapsed_seconds = 14});
        EXPECT_EQ(received(master.get()), "\r14 s  run 1  0 round trips");
    }
    EXPECT_EQ(received(master.get()), "\r" + std::string(26, ' ') + "\r");
}

TEST(Live, IsSilentWhereThereIsNoTerminal) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    const OwnedFd reader(ends[0]);
    const OwnedFd writer(ends[1]);
    {
        LiveLine line(writer.get());
        line.show(status());
        line.erase();
    }
    char byte = 0;
    EXPECT_EQ(::read(reader.get(), &byte, 1), -1);
    EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace volley
