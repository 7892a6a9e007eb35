#include "transport/stream_socket.hh"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/time.h>

#include "transport/any_transport.hh"

namespace volley {
namespace {

// The kernel refused a time limit that rounds up to a whole second. The refusal went unnoticed, and
// the wait for a missing reply had no limit.
TEST(StreamSocket, EveryTimeLimitIsOne) {
    using namespace std::chrono_literals;
    const std::pair<Duration, std::chrono::microseconds> limits[] = {{1ms, 1ms},
                                                                     {1ns, 1us},
                                                                     {999'999'999ns, 1s},
                                                                     {999'999'000ns, 999'999us},
                                                                     {1s, 1s},
                                                                     {1'999'999'001ns, 2s},
                                                                     {1'500'000'001ns, 1'500'001us},
                                                                     {1h, 1h}};
    for (const auto& [asked, set] : limits) {
        const StreamSocket channel(OwnedFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), 0,
                                   Receiving::waits, asked);
        timeval limit{};
        socklen_t length = sizeof limit;
        ASSERT_EQ(::getsockopt(channel.waits_to_receive().handle, SOL_SOCKET, SO_RCVTIMEO, &limit,
                               &length),
                  0);
        // The kernel keeps the limit in ticks of its clock, rounded up.
        const auto kept =
            std::chrono::seconds(limit.tv_sec) + std::chrono::microseconds(limit.tv_usec);
        EXPECT_GE(kept, set) << asked.count();
        EXPECT_LE(kept, set + 20ms) << asked.count();
    }
}

// Later transports need this: the channel is not for TCP only.
TEST(StreamSocket, ASocketOfAnotherFamilyIsOneToo) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
    StreamSocket ours(OwnedFd(ends[0]), 0, Receiving::at_once, Duration::zero());
    StreamSocket theirs(OwnedFd(ends[1]), 0, Receiving::at_once, Duration::zero());
    EXPECT_EQ(ours.proceed_open().progress, Progress::done);
    EXPECT_FALSE(ours.was_sent_again());
    std::array<std::byte, 8> room{};
    EXPECT_EQ(theirs.receive_now(room).progress, Progress::pending);
    const std::array<std::byte, 3> head{std::byte{1}, std::byte{2}, std::byte{3}};
    EXPECT_EQ(ours.try_send(head, std::span(head).first(2)).bytes, 5U);
    EXPECT_EQ(theirs.receive_now(room).bytes, 5U);
    EXPECT_EQ(room[4], std::byte{2});
    ours = StreamSocket(OwnedFd(), EMFILE, Receiving::at_once, Duration::zero());
    EXPECT_EQ(ours.proceed_open().progress, Progress::failed);
    EXPECT_EQ(ours.proceed_open().error, EMFILE);
    EXPECT_EQ(theirs.receive_now(room).progress, Progress::closed);
}

// A local socket reports a reset if its peer ended before it had read everything, as a killed
// server does. TCP does so only on request, and there it stays a failure.
TEST(StreamSocket, AResetOfALocalSocketIsItsEnd) {
    const LocalConnector connected{.connect = [](int, std::uint16_t) { return 0; }};
    const std::array<std::byte, 3> bytes{};
    std::array<std::byte, 8> room{};
    for (const bool is_local : {true, false}) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()),
                  0);
        StreamSocket ours(OwnedFd(ends[0]), 0, Receiving::at_once, Duration::zero(),
                          is_local ? connected : LocalConnector{});
        ASSERT_EQ(ours.proceed_open().progress, Progress::done);
        ASSERT_EQ(ours.try_send(bytes, {}).bytes, bytes.size());
        OwnedFd(ends[1]).reset();
        const Progress ended = is_local ? Progress::closed : Progress::failed;
        EXPECT_EQ(ours.receive_now(room).progress, ended);
        EXPECT_EQ(ours.try_send(bytes, {}).progress, ended);
    }
}

TEST(StreamSocket, ALocalSocketIsAskedAgainWhileTheQueueIsFull) {
    static int attempts = 0;
    attempts = 0;
    const LocalConnector connector{
        .connect = [](int, std::uint16_t number) { return ++attempts < number ? EAGAIN : 0; },
        .number = 3};
    StreamSocket channel(OwnedFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), 0,
                         Receiving::at_once, Duration::zero(), connector);
    EXPECT_EQ(channel.waits_to_open(), WaitsFor{});
    EXPECT_EQ(channel.proceed_open().progress, Progress::pending);
    EXPECT_EQ(channel.proceed_open().progress, Progress::pending);
    EXPECT_EQ(channel.proceed_open().progress, Progress::done);
    EXPECT_EQ(channel.waits_to_open(), channel.waits_to_send());
    EXPECT_EQ(channel.proceed_open().progress, Progress::done);
    EXPECT_EQ(attempts, 3);
}

}  // namespace
}  // namespace volley
