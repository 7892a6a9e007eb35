// Every kind of channel goes through the same opener, drivers and readiness.
// Starts threads.

#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "run/open_connections.hh"
#include "run/probe.hh"
#include "run/readiness.hh"
#include "transport/answering_server_for_tests.hh"
#include "transport/any_transport.hh"

namespace volley {
namespace {

using namespace std::chrono_literals;

// A server that answers as long as the object lives.
struct TcpServer {
    using C = StreamSocket;
    AnsweringServer server;
    [[nodiscard]] Endpoint endpoint() const { return server.endpoint(); }
};
struct UnixServer {
    using C = StreamSocket;
    LocalName name = free_name({.transport = "unix"});
    AnsweringServer server{name};
    [[nodiscard]] Endpoint endpoint() const { return {"unix", "", name.number}; }
};
struct UnixSeqpacketServer {
    using C = PacketSocket;
    LocalName name = free_name({.transport = "unix-seqpacket", .kind = SOCK_SEQPACKET});
    AnsweringServer server{name};
    [[nodiscard]] Endpoint endpoint() const { return {"unix-seqpacket", "", name.number}; }
};
struct NullServer {
    using C = NullChannel;
    [[nodiscard]] static Endpoint endpoint() { return Endpoint(NullEndpoint()); }
};

template <typename Server>
class EveryChannel : public testing::Test {
  protected:
    using C = typename Server::C;

    EveryChannel() { spec_.endpoint = server_.endpoint(); }

    [[nodiscard]] Transport<C> transport() const {
        return std::get<Transport<C>>(transports_to(spec_.endpoint).front());
    }
    // Open, but not verified.
    [[nodiscard]] C open(Receiving receiving) const {
        C channel = transport().open(receiving, 1h);
        PollList waited_for;
        Opened opened;
        while ((opened = channel.proceed_open()).progress == Progress::pending) {
            waited_for.clear();
            waited_for.add(channel.waits_to_open());
            static_cast<void>(waited_for.wait(100));
        }
        EXPECT_EQ(opened.progress, Progress::done)
            << transport().explain(channel, opened.error).cause;
        return channel;
    }

    Server server_;
    RunSpec spec_;
};
struct NameOfChannel {
    template <typename Server>
    static std::string GetName(int) {
        return std::string(Server().endpoint().transport());
    }
};
using Servers = testing::Types<TcpServer, UnixServer, UnixSeqpacketServer, NullServer>;
TYPED_TEST_SUITE(EveryChannel, Servers, NameOfChannel);

TYPED_TEST(EveryChannel, SaysWhatItWaitsForInEachDirection) {
    auto channel = this->open(Receiving::at_once);
    static_assert(decltype(channel)::traits.pollable, "else it is asked again and again");
    std::array<std::byte, 8> room{};
    EXPECT_EQ(channel.receive_now(room).progress, Progress::pending);
    PollList waited_for;
    waited_for.add(channel.waits_to_send());
    EXPECT_TRUE(waited_for.wait(milliseconds_until(now() + 10s)));
    const ChallengeBytes challenge = encode(41, challenge_bytes);
    EXPECT_EQ(channel.try_send(challenge, {}).bytes, challenge_bytes);
    waited_for.clear();
    waited_for.add(channel.waits_to_receive());
    EXPECT_TRUE(waited_for.wait(milliseconds_until(now() + 10s)));
    EXPECT_EQ(channel.receive_now(room).bytes, challenge_bytes);
    EXPECT_EQ(decode(std::span(room).first(challenge_bytes)), 42U);
    EXPECT_EQ(channel.receive_now(room).progress, Progress::pending);
}

TYPED_TEST(EveryChannel, AnInterruptEndsAReceiveThatWaits) {
    auto channel = this->open(Receiving::waits);
    channel.settle();
    std::jthread other([&] { channel.interrupt(); });
    std::array<std::byte, 8> room{};
    // Without the interrupt, this takes as long as the time limit.
    EXPECT_NE(channel.try_receive(room).progress, Progress::done);
}

TYPED_TEST(EveryChannel, TheOpenerHasEachConnectionVerified) {
    const Payload payload(challenge_bytes, 3);
    Conversation conversation(payload, 10s, 5, TestFixture::C::traits);
    Standing standing;
    const auto transport = this->transport();
    ConnectionOpener opener(transport, this->spec_, Receiving::at_once, conversation, standing,
                            now() + 10s);
    const auto connections = opener.open(5, 11, 2, [] { return false; });
    ASSERT_EQ(connections.size(), 5U);
    EXPECT_EQ(connections.back().number, 15U);
    EXPECT_EQ(standing.verified.load(), 5U);
    EXPECT_EQ(standing.sent_again.load(), 0U);
    EXPECT_THROW(static_cast<void>(opener.open(1, 1, 1, [] { return true; })), Error);
}

TYPED_TEST(EveryChannel, IsDrivenByEachDriver) {
    this->spec_.warmup = 1ms;
    this->spec_.run_time = 20ms;
    for (const DriverKind driver : {DriverKind::block, DriverKind::wait, DriverKind::spin}) {
        this->spec_.driver = driver;
        this->spec_.connections = 2;
        this->spec_.workers = driver == DriverKind::block ? 2 : 1;
        EXPECT_GT(probe(this->spec_).round_trips.count(), 0U) << to_string(driver);
    }
}

TYPED_TEST(EveryChannel, IsFoundReadyAndEndedByTheZeroChallenge) {
    const AnyTransport found = find_server(this->spec_, nullptr, now() + 10s);
    EXPECT_EQ(host_of(found), this->spec_.endpoint.host());
    EXPECT_NO_THROW(send_zero(this->spec_, found));
}

// Has only what the concept requires: generic code that uses anything else does not compile here.
// It opens in steps and has no descriptor.
class BareChannel {
  public:
    static constexpr ChannelTraits traits{};

    explicit BareChannel(int steps) : steps_(steps) {}
    [[nodiscard]] Opened proceed_open() {
        return {.progress = --steps_ > 0 ? Progress::pending : Progress::done};
    }
    [[nodiscard]] static WaitsFor waits_to_open() { return {}; }
    [[nodiscard]] static bool was_sent_again() { return true; }
    void settle() {}
    [[nodiscard]] Transferred try_send(std::span<const std::byte> head,
                                       std::span<const std::byte> tail) {
        return null_.try_send(head, tail);
    }
    [[nodiscard]] Transferred try_receive(std::span<std::byte> room) {
        return null_.try_receive(room);
    }
    [[nodiscard]] Transferred receive_now(std::span<std::byte> room) {
        return null_.receive_now(room);
    }
    [[nodiscard]] static WaitsFor waits_to_receive() { return {}; }
    [[nodiscard]] static WaitsFor waits_to_send() { return {}; }
    void interrupt() {}

  private:
    NullChannel null_;
    int steps_;
};
static_assert(Channel<BareChannel>);

TEST(BareChannel, IsOpenedInSteps) {
    const Payload payload(challenge_bytes, 3);
    Conversation conversation(payload, 10s, 5);
    Standing standing;
    Transport<BareChannel> transport;
    int steps = 0;
    transport.open = [&](Receiving, Duration) { return BareChannel(++steps); };
    const RunSpec spec;
    ConnectionOpener opener(transport, spec, Receiving::at_once, conversation, standing,
                            now() + 10s);
    EXPECT_EQ(opener.open(4, 1, 2, [] { return false; }).size(), 4U);
    EXPECT_EQ(standing.verified.load(), 4U);
    EXPECT_EQ(standing.sent_again.load(), 4U);
}

// An expired time limit is reported differently from a refusal.
TEST(BareChannel, ThatDoesNotOpenIsGivenUpAtTheDeadline) {
    const Payload payload(challenge_bytes, 3);
    Conversation conversation(payload, 10s, 5);
    Standing standing;
    Transport<BareChannel> transport;
    transport.open = [](Receiving, Duration) {
        return BareChannel(std::numeric_limits<int>::max());
    };
    const RunSpec spec;
    ConnectionOpener opener(transport, spec, Receiving::at_once, conversation, standing, now());
    try {
        static_cast<void>(opener.open(1, 1, 1, [] { return false; }));
        FAIL() << "it was opened";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("only 0 of 1 connections were opened"),
                  std::string::npos)
            << error.what();
    }
}

// The peer's end of a connection, to say what it likes.
struct PacketPair {
    OwnedFd theirs;
    Connection<PacketSocket> ours;

    static PacketPair make() {
        std::array<int, 2> ends{};
        EXPECT_EQ(
            ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()),
            0);
        return {.theirs = OwnedFd(ends[0]),
                .ours = {.channel = PacketSocket(OwnedFd(ends[1]), 0, Receiving::at_once, 1h, {}),
                         .number = 7}};
    }
    void say(std::size_t bytes) const {
        const std::vector<std::byte> message(bytes);
        EXPECT_EQ(::send(theirs.get(), message.data(), bytes, 0), static_cast<ssize_t>(bytes));
    }
};

// One message is one reply: what is shorter or longer is wrong, and never waited for.
TEST(PacketSocket, AMessageOfAnotherLengthIsAWrongReply) {
    constexpr std::size_t message = 300'000;  // more than the buffer of a stream
    const Payload payload(1, 3);
    const Payload large(message, 3);
    EXPECT_EQ(Conversation(large, 10s, 5, PacketSocket::traits).buffer.size(), message + 1);
    const std::pair<std::size_t, std::string> cases[] = {
        {0, "wrong reply on connection 7: a message of 0 instead of 1 bytes: sent "},
        {2, "wrong reply on connection 7: "}};
    for (const auto& [bytes, expected] : cases) {
        PacketPair pair = PacketPair::make();
        Conversation conversation(payload, 10s, 5, PacketSocket::traits);
        ASSERT_TRUE(begin_trip(pair.ours, conversation, now()));
        pair.say(bytes);
        const Transferred came = pair.ours.channel.receive_now(room_for(pair.ours, conversation));
        EXPECT_EQ(came.progress, Progress::done);
        EXPECT_EQ(came.bytes, bytes);
        try {
            static_cast<void>(judge(pair.ours, conversation, came));
            ADD_FAILURE() << bytes << " bytes were taken for a reply";
        } catch (const ReplyFailure& failure) {
            EXPECT_EQ(failure.kind(), &ReplyErrors::wrong);
            EXPECT_TRUE(std::string(failure.what()).starts_with(expected)) << failure.what();
        }
    }
}

TEST(PacketSocket, TheEndOfTheConnectionIsToldFromAnEmptyMessage) {
    PacketPair pair = PacketPair::make();
    std::array<std::byte, 8> room{};
    EXPECT_EQ(pair.ours.channel.receive_now(room).progress, Progress::pending);
    pair.say(0);
    EXPECT_EQ(pair.ours.channel.receive_now(room).progress, Progress::done);
    pair.theirs.reset();
    EXPECT_EQ(pair.ours.channel.receive_now(room).progress, Progress::closed);
}

TEST(Channels, WhereNobodyListensTheCauseIsNamedOnce) {
    for (const std::string& transport : transport_names()) {
        RunSpec spec;
        spec.endpoint = Endpoint(transport, TcpEndpoint::default_host, 0).fresh();
        try {
            static_cast<void>(find_server(spec, nullptr, now() + 10s));
            FAIL() << "a server was found at " << spec.endpoint.text();
        } catch (const Error& error) {
            const std::string what = error.what();
            EXPECT_NE(
                what.find(spec.endpoint.text() + " (Connection refused: nothing listens there)"),
                std::string::npos)
                << what;
        }
    }
}

}  // namespace
}  // namespace volley
