#include "run/drivers.hh"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <new>

#include "run/spec.hh"
#include "run/waiting_driver.hh"
#include "transport/null.hh"

namespace {

// Counts this thread's allocations while `counting`, to show that the measured loop allocates
// nothing.
thread_local bool counting = false;
thread_local std::size_t allocations = 0;

}  // namespace

// Not inlined: the compiler must not pair our free() with its own operator new.
[[gnu::noinline]] void* operator new(std::size_t size) {
    allocations += counting ? 1 : 0;
    if (void* memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
    allocations += counting ? 1 : 0;
    return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace volley {
namespace {

using namespace std::chrono_literals;

// A server in memory that can be awkward or wrong: a transport for tests of the drivers, without
// sockets and without real time.
struct Behaviour {
    std::size_t reply_bytes_at_once = 1U << 20U;
    std::size_t send_bytes_at_once = 1U << 20U;
    bool interrupts = false;      // every third call fails with EINTR
    std::uint64_t wrong_at = 0;   // the reply of this number is not incremented
    std::uint64_t extra_at = 0;   // the reply of this number is followed by another byte
    std::uint64_t repeat_at = 0;  // the reply of this number repeats the one before
    std::uint64_t close_at = 0;   // the connection ends instead of this reply
};

class ScriptedChannel {
  public:
    static constexpr ChannelTraits traits{
        .pollable = false, .keeps_boundaries = false, .may_lose = false};

    explicit ScriptedChannel(const Behaviour& behaviour, std::size_t message_bytes)
        : behaviour_(behaviour), message_bytes_(message_bytes) {}

    [[nodiscard]] static Opened proceed_open() { return {.progress = Progress::done}; }
    [[nodiscard]] static WaitsFor waits_to_open() { return {}; }
    [[nodiscard]] static bool was_sent_again() { return false; }
    void settle() {}

    Transferred try_send(std::span<const std::byte> head, std::span<const std::byte> tail) {
        if (interrupted()) {
            return {.progress = Progress::pending, .error = EINTR};
        }
        std::size_t taken = 0;
        for (const auto part : {head, tail}) {
            const std::size_t count = std::min(part.size(), behaviour_.send_bytes_at_once - taken);
            incoming_.insert(incoming_.end(), part.begin(),
                             part.begin() + static_cast<long>(count));
            taken += count;
        }
        if (incoming_.size() == message_bytes_) {
            answer();
        }
        return {.progress = Progress::done, .bytes = taken};
    }
    Transferred try_receive(std::span<std::byte> room) {
        if (interrupted()) {
            return {.progress = Progress::pending, .error = EINTR};
        }
        if (closed_) {
            return {.progress = Progress::closed};
        }
        const std::size_t count =
            std::min({room.size(), outgoing_.size(), behaviour_.reply_bytes_at_once});
        if (count == 0) {
            return {.progress = Progress::pending, .error = EAGAIN};
        }
        std::copy_n(outgoing_.begin(), count, room.begin());
        outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<long>(count));
        return {.progress = Progress::done, .bytes = count};
    }
    Transferred receive_now(std::span<std::byte> room) { return try_receive(room); }
    [[nodiscard]] static WaitsFor waits_to_receive() { return {}; }
    [[nodiscard]] static WaitsFor waits_to_send() { return {}; }
    void interrupt() {}

  private:
    bool interrupted() { return behaviour_.interrupts && ++calls_ % 3 == 1; }

    void answer() {
        const std::size_t width = challenge_width(message_bytes_);
        std::vector<std::byte> reply(incoming_.begin(), incoming_.end());
        incoming_.clear();
        ++replies_;
        const std::uint32_t value = decode(std::span(reply).first(width));
        const ChallengeBytes right = encode(reply_to(value, width), width);
        if (replies_ != behaviour_.wrong_at) {
            std::copy_n(right.begin(), width, reply.begin());
        }
        if (replies_ == behaviour_.repeat_at) {
            reply = last_;
        }
        last_ = reply;
        closed_ = replies_ == behaviour_.close_at;
        if (replies_ == behaviour_.extra_at) {
            reply.push_back(std::byte{0});
        }
        outgoing_.insert(outgoing_.end(), reply.begin(), reply.end());
    }

    Behaviour behaviour_;
    std::size_t message_bytes_;
    std::deque<std::byte> incoming_;
    std::deque<std::byte> outgoing_;
    std::vector<std::byte> last_;
    std::uint64_t calls_ = 0;
    std::uint64_t replies_ = 0;
    bool closed_ = false;
};
static_assert(Channel<ScriptedChannel>);

struct Outcome {
    std::uint64_t trips = 0;
    std::uint64_t ReplyErrors::*kind = nullptr;
    std::string what;
};

// Long enough that the test gets some of it even on a busy machine.
constexpr Duration run_time = 100ms;

// Drives one connection for that long with block or spin.
Outcome drive(const Behaviour& behaviour, std::size_t message_bytes, DriverKind driver) {
    CommonWindows windows(0ms, run_time);
    Recorder recorder(windows);
    const Payload payload(message_bytes, 3);
    Conversation conversation(payload, 1s, 5);
    std::vector<Connection<ScriptedChannel>> connections;
    connections.push_back({.channel = ScriptedChannel(behaviour, message_bytes), .number = 1});
    windows.start_at(now());
    recorder.start(now());
    Outcome outcome;
    try {
        if (driver == DriverKind::spin) {
            static_cast<void>(
                drive_spinning(std::span(connections), conversation, recorder, ClosedLoop{}));
        } else {
            drive_blocking(connections.front(), conversation, recorder, ClosedLoop{});
        }
    } catch (const ReplyFailure& failure) {
        outcome.kind = failure.kind();
        outcome.what = failure.what();
    }
    windows.finish();
    outcome.trips = windows.series().pooled().count();
    return outcome;
}

class BothDrivers : public testing::TestWithParam<DriverKind> {};
INSTANTIATE_TEST_SUITE_P(Drivers, BothDrivers,
                         testing::Values(DriverKind::block, DriverKind::spin));

TEST_P(BothDrivers, MeasureAServerThatIsRight) {
    const Outcome outcome = drive({}, 4, GetParam());
    EXPECT_EQ(outcome.kind, nullptr) << outcome.what;
    EXPECT_GT(outcome.trips, 0U);
}

TEST_P(BothDrivers, CopeWithSingleBytesAndInterruptedCalls) {
    const Behaviour awkward{.reply_bytes_at_once = 1, .send_bytes_at_once = 3, .interrupts = true};
    for (const std::size_t size : {1U, 2U, 3U, 4U, 5U, 100U}) {
        const Outcome outcome = drive(awkward, size, GetParam());
        EXPECT_EQ(outcome.kind, nullptr) << size << ": " << outcome.what;
        EXPECT_GT(outcome.trips, 0U) << size;
    }
}

TEST_P(BothDrivers, NameEachKindOfBadReply) {
    EXPECT_EQ(drive({.wrong_at = 3}, 4, GetParam()).kind, &ReplyErrors::wrong);
    EXPECT_EQ(drive({.extra_at = 3}, 4, GetParam()).kind, &ReplyErrors::duplicate);
    EXPECT_EQ(drive({.repeat_at = 3}, 4, GetParam()).kind, &ReplyErrors::duplicate);
    const Outcome closed = drive({.close_at = 3}, 4, GetParam());
    EXPECT_EQ(closed.kind, &ReplyErrors::missing);
    EXPECT_NE(closed.what.find("the server closed the connection"), std::string::npos)
        << closed.what;
    EXPECT_NE(closed.what.find("sent "), std::string::npos) << closed.what;
}

TEST(Drivers, AMissingReplyIsToldFromALateOne) {
    CommonWindows windows(0ms, 50ms);
    Recorder recorder(windows);
    const Payload payload(4, 3);
    Conversation conversation(payload, 1ms, 5);
    Connection<ScriptedChannel> silent{.channel = ScriptedChannel({.reply_bytes_at_once = 0}, 4),
                                       .number = 7};
    windows.start_at(now());
    recorder.start(now());
    try {
        drive_blocking(silent, conversation, recorder, ClosedLoop{});
        FAIL() << "a server that never answers was measured";
    } catch (const ReplyFailure& failure) {
        EXPECT_EQ(failure.kind(), &ReplyErrors::missing);
        EXPECT_NE(std::string(failure.what()).find("connection 7: no reply within 1.00 ms"),
                  std::string::npos)
            << failure.what();
    }
    Connection<ScriptedChannel> late{.channel = ScriptedChannel({}, 4), .number = 8};
    static_cast<void>(begin_trip(late, conversation, now() - 1h));
    EXPECT_THROW(
        try { fail_overdue(late, conversation); } catch (const ReplyFailure& failure) {
            EXPECT_EQ(failure.kind(), &ReplyErrors::late);
            throw;
        },
        ReplyFailure);
}

TEST(Drivers, TheMeasuredLoopAllocatesNothing) {
    for (const DriverKind driver : {DriverKind::block, DriverKind::wait, DriverKind::spin}) {
        CommonWindows windows(1ms, run_time);
        Recorder recorder(windows, 0, 2);
        const Payload payload(4, 3);
        Conversation conversation(payload, 1s, 5);
        std::array<Connection<NullChannel>, 2> connections;
        for (auto& connection : connections) {
            connection.channel = NullChannel(OwnedFd(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK)));
        }
        WaitingDriver waiting(std::span<Connection<NullChannel>>(connections), conversation,
                              recorder, ClosedLoop{});
        windows.start_at(now());
        allocations = 0;
        counting = true;
        recorder.start(now());
        if (driver == DriverKind::spin) {
            static_cast<void>(drive_spinning(std::span<Connection<NullChannel>>(connections),
                                             conversation, recorder, ClosedLoop{}));
        } else if (driver == DriverKind::wait) {
            waiting.drive();
        } else {
            drive_blocking(connections.front(), conversation, recorder, ClosedLoop{});
        }
        counting = false;
        EXPECT_EQ(allocations, 0U);
        windows.finish();
        EXPECT_GT(windows.series().pooled().count(), 0U);
    }
}

}  // namespace
}  // namespace volley
