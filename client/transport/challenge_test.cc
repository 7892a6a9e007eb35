#include "transport/challenge.hh"

#include <gtest/gtest.h>

#include "base/random.hh"
#include "transport/exchange.hh"
#include "transport/null.hh"

namespace volley {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> result;
    for (const int value : values) {
        result.push_back(static_cast<std::byte>(value));
    }
    return result;
}

TEST(Challenge, IsInNetworkByteOrder) {
    const ChallengeBytes four = encode(0x01020304, 4);
    EXPECT_EQ(std::vector(four.begin(), four.end()), bytes({1, 2, 3, 4}));
    const ChallengeBytes two = encode(0xa1b2, 2);
    EXPECT_EQ(std::vector(two.begin(), two.begin() + 2), bytes({0xa1, 0xb2}));
    EXPECT_EQ(decode(four), 0x01020304U);
    EXPECT_EQ(decode(std::span(two).first(2)), 0xa1b2U);
}

TEST(Challenge, ReplyWrapsInItsWidth) {
    EXPECT_EQ(reply_to(0xffffffff, 4), 0U);
    EXPECT_EQ(reply_to(0x7fffffff, 4), 0x80000000U);
    EXPECT_EQ(reply_to(0xffffff, 3), 0U);
    EXPECT_EQ(reply_to(0xffff, 2), 0U);
    EXPECT_EQ(reply_to(0xff, 1), 0U);
    EXPECT_EQ(reply_to(0xfe, 1), 0xffU);
}

TEST(Challenge, IsNeverZeroAndReachesBothEnds) {
    for (std::size_t width = 1; width <= 4; ++width) {
        EXPECT_EQ(nonzero_challenge(0, width), 1U);
        EXPECT_EQ(nonzero_challenge(~std::uint64_t{0}, width),
                  static_cast<std::uint32_t>((std::uint64_t{1} << (8 * width)) - 1));
    }
    Xoshiro256pp random(1);
    for (int draw = 0; draw < 100'000; ++draw) {
        ASSERT_NE(nonzero_challenge(random(), 1), 0U);
    }
}

TEST(Exchange, ARightReplyIsRightHoweverItArrives) {
    const Payload payload(10, 7);
    Exchange exchange;
    exchange.begin(0x000000ff, 4);
    auto reply = bytes({0, 0, 1, 0});
    const auto rest = payload.of(0xff);
    reply.insert(reply.end(), rest.begin(), rest.end());
    for (std::size_t at = 0; at + 1 < reply.size(); ++at) {
        ASSERT_EQ(exchange.accept(std::span(reply).subspan(at, 1), payload), Reply::incomplete);
    }
    EXPECT_EQ(exchange.accept(std::span(reply).last(1), payload), Reply::right);
}

TEST(Exchange, WrongRepliesAreNamedAndDumped) {
    const Payload payload(4, 7);
    Exchange exchange;
    exchange.begin(1, 4);
    const auto echoed = bytes({0, 0, 0, 1});
    EXPECT_EQ(exchange.accept(echoed, payload), Reply::wrong);
    EXPECT_EQ(exchange.describe(echoed, payload),
              "sent 00000001, expected 00000002, received 00000001");
}

TEST(Exchange, AChangedPayloadIsFoundWithItsPlace) {
    const Payload payload(8, 7);
    Exchange exchange;
    exchange.begin(1, 4);
    auto reply = bytes({0, 0, 0, 2});
    const auto rest = payload.of(1);
    reply.insert(reply.end(), rest.begin(), rest.end());
    reply[6] ^= std::byte{1};
    EXPECT_EQ(exchange.accept(reply, payload), Reply::wrong);
    EXPECT_NE(exchange.describe(reply, payload).find("received at byte 6"), std::string::npos)
        << exchange.describe(reply, payload);
    exchange.begin(1, 4);
    EXPECT_EQ(exchange.accept(std::span(reply).first(4), payload), Reply::incomplete);
    const auto changed = std::span(reply).subspan(4);
    EXPECT_EQ(exchange.accept(changed, payload), Reply::wrong);
    EXPECT_NE(exchange.describe(changed, payload).find("received at byte 6"), std::string::npos)
        << exchange.describe(changed, payload);
}

TEST(Exchange, TheReplyBeforeAndExtraBytesAreDuplicates) {
    const Payload payload(4, 7);
    Exchange exchange;
    exchange.begin(5, 4);
    EXPECT_EQ(exchange.accept(bytes({0, 0, 0, 6}), payload), Reply::right);
    exchange.begin(9, 4);
    EXPECT_EQ(exchange.accept(bytes({0, 0, 0, 6}), payload), Reply::duplicate);
    exchange.begin(9, 4);
    EXPECT_EQ(exchange.accept(bytes({0, 0, 0, 10, 0}), payload), Reply::duplicate);
}

TEST(Exchange, PayloadDiffersBetweenChallenges) {
    const Payload payload(64, 7);
    const auto first = payload.of(1);
    const auto second = payload.of(2);
    EXPECT_FALSE(std::equal(first.begin(), first.end(), second.begin()));
    EXPECT_EQ(first.size(), 60U);
    EXPECT_EQ(Payload(3, 7).of(1).size(), 0U);
    EXPECT_EQ(Payload(3, 7).width(), 3U);
}

TEST(Exchange, UnsentShrinksAsItIsSent) {
    const Payload payload(6, 7);
    Exchange exchange;
    exchange.begin(0x01020304, 4);
    exchange.note_sent(3);
    EXPECT_EQ(exchange.unsent(payload).head.size(), 1U);
    EXPECT_EQ(exchange.unsent(payload).head[0], std::byte{4});
    EXPECT_EQ(exchange.unsent(payload).tail.size(), 2U);
    exchange.note_sent(2);
    EXPECT_EQ(exchange.unsent(payload).head.size(), 0U);
    EXPECT_EQ(exchange.unsent(payload).tail.size(), 1U);
    EXPECT_FALSE(exchange.all_sent(payload));
    exchange.note_sent(1);
    EXPECT_TRUE(exchange.all_sent(payload));
}

TEST(NullChannel, AnswersLikeAServer) {
    NullChannel channel;
    ChallengeBytes room{};
    EXPECT_EQ(channel.try_receive(room).progress, Progress::pending);
    EXPECT_EQ(channel.try_send(encode(0xffffffff, 4), {}).bytes, 4U);
    EXPECT_EQ(channel.try_receive(room).progress, Progress::done);
    EXPECT_EQ(decode(room), 0U);
    EXPECT_EQ(channel.try_receive(room).progress, Progress::pending);
}

}  // namespace
}  // namespace volley
