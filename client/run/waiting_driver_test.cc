// Starts threads.
#include "run/waiting_driver.hh"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <vector>

#include "transport/null.hh"
#include "transport/stream_socket.hh"

namespace {

// Calls on this thread, by Asio and by the set.
thread_local std::size_t epoll_ctl_calls = 0;

}  // namespace

extern "C" int epoll_ctl(int epoll, int operation, int handle, epoll_event* event) noexcept {
    ++epoll_ctl_calls;
    return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, handle, event));
}

namespace volley {
namespace {

using namespace std::chrono_literals;

struct Pairs {
    std::vector<Connection<StreamSocket>> ours;
    std::vector<OwnedFd> theirs;
};

Pairs pairs(std::size_t count) {
    Pairs made;
    for (std::size_t number = 1; number <= count; ++number) {
        std::array<int, 2> ends{-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        made.ours.push_back({.channel = StreamSocket(OwnedFd(ends[0]), 0, Receiving::at_once, 1s),
                             .number = number});
        made.theirs.emplace_back(ends[1]);
    }
    return made;
}

// Answers messages of one size on one end of each socket pair, in a thread of its own.
class EchoingThread {
  public:
    EchoingThread(std::vector<OwnedFd> ends, std::size_t message_bytes)
        : ends_(std::move(ends)), message_(message_bytes), thread_([this] {
              std::vector<pollfd> waits;
              for (const OwnedFd& end : ends_) {
                  waits.push_back({.fd = end.get(), .events = POLLIN, .revents = 0});
              }
              while (answer(waits)) {
              }
          }) {}

  private:
    // False: a connection has ended.
    bool answer(std::vector<pollfd>& waits) {
        static_cast<void>(::poll(waits.data(), waits.size(), -1));
        for (const pollfd& one : waits) {
            if (one.revents == 0) {
                continue;
            }
            const auto size = static_cast<ssize_t>(message_.size());
            if (::recv(one.fd, message_.data(), message_.size(), MSG_WAITALL) != size) {
                return false;
            }
            const std::uint32_t challenge = decode(std::span(message_).first(challenge_bytes));
            const ChallengeBytes reply =
                encode(reply_to(challenge, challenge_bytes), challenge_bytes);
            std::copy(reply.begin(), reply.end(), message_.begin());
            if (::send(one.fd, message_.data(), message_.size(), MSG_NOSIGNAL) != size) {
                return false;
            }
        }
        return true;
    }

    std::vector<OwnedFd> ends_;
    std::vector<std::byte> message_;
    std::jthread thread_;  // last, because it uses the others
};

// What is needed to drive connections for a while without a crew.
struct Stage {
    explicit Stage(std::size_t message_bytes, Duration run_time, Duration timeout,
                   std::size_t connections)
        : windows(0ms, run_time),
          recorder(windows, 0, connections),
          payload(message_bytes, 3),
          conversation(payload, timeout, 5) {}

    template <Channel C>
    void drive(std::vector<Connection<C>>& connections) {
        WaitingDriver driver(std::span<Connection<C>>(connections), conversation, recorder,
                             ClosedLoop{});
        windows.start_at(now());
        recorder.start(now());
        epoll_ctl_calls = 0;
        driver.drive();
        windows.finish();
    }
    [[nodiscard]] std::uint64_t trips() const { return windows.series().pooled().count(); }

    CommonWindows windows;
    Recorder recorder;
    Payload payload;
    Conversation conversation;
};

// If a message is larger than any socket buffer, the worker also waits for room.
TEST(WaitingDriver, ServesFewAndManyConnectionsWithMessagesOfEverySize) {
    for (const std::size_t message_bytes : {std::size_t{4}, std::size_t{3} << 20U}) {
        for (const std::size_t count : {1U, 2U, 20U}) {
            auto [ours, theirs] = pairs(count);
            const EchoingThread server(std::move(theirs), message_bytes);
            Stage stage(message_bytes, 50ms, 20s, count);
            EXPECT_NO_THROW(stage.drive(ours)) << message_bytes << " bytes, " << count;
            EXPECT_GE(stage.trips(), 1U) << message_bytes << " bytes, " << count;
            ours.clear();  // this ends the server's thread
        }
    }
}

NullChannel always_ready() {
    return NullChannel(OwnedFd(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK)));
}

TEST(WaitingDriver, WaitsForNoConnectionAnewAfterEachReply) {
    std::vector<Connection<NullChannel>> connections;
    for (std::size_t number = 1; number <= 8; ++number) {
        connections.push_back({.channel = always_ready(), .number = number});
    }
    Stage stage(challenge_bytes, 50ms, 1s, connections.size());
    stage.drive(connections);
    ASSERT_GT(stage.trips(), 1000U);
    EXPECT_LT(epoll_ctl_calls, stage.trips() / 100);
}

// A missing reply is detected even if another connection leaves no pause; the end of the run would
// be too late.
TEST(WaitingDriver, LooksForOverdueRepliesHoweverBusyItIs) {
    std::vector<Connection<NullChannel>> connections;
    connections.push_back({.channel = always_ready(), .number = 1});
    connections.push_back(
        {.channel = NullChannel(OwnedFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))), .number = 2});
    Stage stage(challenge_bytes, 20s, 20ms, connections.size());
    try {
        stage.drive(connections);
        FAIL() << "a reply that was never waited for counted";
    } catch (const ReplyFailure& failure) {
        EXPECT_NE(std::string(failure.what()).find("connection 2: "), std::string::npos)
            << failure.what();
    }
    EXPECT_TRUE(stage.recorder.running());
}

TEST(WaitingDriver, AConnectionThatEndsIsNamed) {
    for (const std::size_t count : {1U, 2U}) {
        auto [connections, theirs] = pairs(count);
        // As interrupt() does from another thread.
        connections.back().channel.interrupt();
        Stage stage(challenge_bytes, 20s, 20s, count);
        try {
            stage.drive(connections);
            FAIL() << "a connection that has ended was measured";
        } catch (const ReplyFailure& failure) {
            EXPECT_EQ(failure.kind(), &ReplyErrors::missing);
            EXPECT_NE(std::string(failure.what()).find("connection " + std::to_string(count)),
                      std::string::npos)
                << failure.what();
        }
    }
}

}  // namespace
}  // namespace volley
