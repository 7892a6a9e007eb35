// One connection of the client and its conversation: sending a message and checking the reply.
// Every driver, opening and readiness share this code. It does no recording.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hh"
#include "base/program.hh"
#include "base/random.hh"
#include "clock/clock.hh"
#include "run/result.hh"
#include "transport/channel.hh"
#include "transport/exchange.hh"

namespace volley {

// A reply that broke the contract, or a connection that ended. It ends the run.
class ReplyFailure : public Error {
  public:
    // kind: the counter to which it belongs.
    ReplyFailure(std::uint64_t ReplyErrors::*kind, const std::string& what)
        : Error(ExitCode::failed, what, "check the server with " + call_of("conform")),
          kind_(kind) {}
    [[nodiscard]] std::uint64_t ReplyErrors::*kind() const { return kind_; }

  private:
    std::uint64_t ReplyErrors::*kind_;
};

template <Channel C>
struct Connection {
    C channel;
    std::size_t number = 0;  // 1-based, over all workers, for messages
    Exchange exchange{};
    TimePoint began{};  // of the round trip under way
    bool in_flight = false;
};

// What the connections of one thread share to talk to a server. The buffer is large enough for a
// burst of small replies and small enough to stay in a cache. If the channels keep boundaries, it
// holds a whole message, because what does not fit is lost.
struct Conversation {
    const Payload& payload;
    Duration timeout;  // of one reply
    Xoshiro256pp random;
    std::vector<std::byte> buffer;

    Conversation(const Payload& bytes, Duration limit, std::uint64_t seed,
                 const ChannelTraits& traits = {})
        : payload(bytes),
          timeout(limit),
          random(seed),
          buffer(traits.keeps_boundaries
                     ? bytes.message_bytes() + 1
                     : std::min<std::size_t>(bytes.message_bytes() + 1, std::size_t{256} << 10U)) {}

    [[nodiscard]] std::uint32_t next_challenge() {
        return nonzero_challenge(random(), payload.width());
    }
};

// These throw ReplyFailure. They are rarely called, so they are kept out of line.
[[noreturn]] void fail_reply(std::uint64_t ReplyErrors::*kind, std::size_t connection,
                             const std::string& what);
[[noreturn]] void fail_transfer(const Transferred& transferred, std::size_t connection,
                                const std::string& dump);
// A message of another length than `wanted`, on a channel that keeps boundaries. bytes: at most one
// more than wanted, however many came.
[[noreturn]] void fail_length(std::size_t connection, std::size_t bytes, std::size_t wanted,
                              const std::string& dump);
[[noreturn]] void fail_late(std::size_t connection, Duration took, Duration timeout,
                            const std::string& dump);

// Begins a round trip: draws a challenge and offers it to the channel. Returns whether the channel
// took all of it.
template <Channel C>
bool begin_trip(Connection<C>& connection, Conversation& conversation, TimePoint due) {
    connection.began = due;
    connection.in_flight = true;
    connection.exchange.begin(conversation.next_challenge(), conversation.payload.width());
    return offer(connection, conversation);
}

// Offers the unsent part to the channel. Returns whether all of it is sent now.
template <Channel C>
bool offer(Connection<C>& connection, Conversation& conversation) {
    const auto unsent = connection.exchange.unsent(conversation.payload);
    const Transferred taken = connection.channel.try_send(unsent.head, unsent.tail);
    if (taken.progress == Progress::done) [[likely]] {
        connection.exchange.note_sent(taken.bytes);
    } else if (taken.progress != Progress::pending) {
        fail_transfer(taken, connection.number,
                      connection.exchange.describe({}, conversation.payload));
    }
    return connection.exchange.all_sent(conversation.payload);
}

// Checks what a receive returned. True: the reply is complete and correct; false: more is to come.
// Throws ReplyFailure.
template <Channel C>
bool judge(Connection<C>& connection, Conversation& conversation, const Transferred& transferred) {
    if (transferred.progress == Progress::done) [[likely]] {
        const auto bytes = std::span(conversation.buffer).first(transferred.bytes);
        const Reply reply = connection.exchange.accept(bytes, conversation.payload);
        if (reply == Reply::right) [[likely]] {
            return true;
        }
        if constexpr (C::traits.keeps_boundaries) {
            const std::size_t wanted = conversation.payload.message_bytes();
            if (reply == Reply::incomplete || bytes.size() > wanted) {
                const auto shown = bytes.size() > wanted ? bytes : bytes.first(0);
                fail_length(connection.number, bytes.size(), wanted,
                            connection.exchange.describe(shown, conversation.payload));
            }
        }
        if (reply != Reply::incomplete) {
            fail_reply(reply == Reply::wrong ? &ReplyErrors::wrong : &ReplyErrors::duplicate,
                       connection.number,
                       connection.exchange.describe(bytes, conversation.payload));
        }
        return false;
    }
    if (transferred.progress != Progress::pending) {
        fail_transfer(transferred, connection.number,
                      connection.exchange.describe({}, conversation.payload));
    }
    return false;
}

// The buffer for the next bytes of the reply: one byte more than is missing, so that a reply that
// is too long is detected at once.
template <Channel C>
std::span<std::byte> room_for(const Connection<C>& connection, Conversation& conversation) {
    const std::size_t wanted = connection.exchange.missing(conversation.payload) + 1;
    return std::span(conversation.buffer).first(std::min(wanted, conversation.buffer.size()));
}

// Ends a round trip whose reply is correct, and returns the time. Throws ReplyFailure if the reply
// is late.
template <Channel C>
TimePoint end_trip(Connection<C>& connection, const Conversation& conversation) {
    const TimePoint ended = now();
    connection.in_flight = false;
    if (ended - connection.began > conversation.timeout) [[unlikely]] {
        fail_late(connection.number, ended - connection.began, conversation.timeout,
                  connection.exchange.describe({}, conversation.payload));
    }
    return ended;
}

// Call when the time limit of a reply has passed. A last look tells a late reply from a missing
// one.
template <Channel C>
[[noreturn]] void fail_overdue(Connection<C>& connection, Conversation& conversation) {
    const Transferred last = connection.channel.receive_now(room_for(connection, conversation));
    const std::string dump = connection.exchange.describe({}, conversation.payload);
    if (last.progress == Progress::done && judge(connection, conversation, last)) {
        fail_late(connection.number, now() - connection.began, conversation.timeout, dump);
    }
    fail_reply(&ReplyErrors::missing, connection.number,
               "no reply within " +
                   format_nanoseconds(static_cast<double>(conversation.timeout.count())) + ": " +
                   dump);
}

// After the last reply, nothing more may arrive.
template <Channel C>
void expect_silence(Connection<C>& connection, Conversation& conversation) {
    const Transferred extra = connection.channel.receive_now(conversation.buffer);
    if (extra.progress == Progress::done) {
        const auto bytes = std::span(conversation.buffer).first(extra.bytes);
        fail_reply(&ReplyErrors::duplicate, connection.number,
                   connection.exchange.describe(bytes, conversation.payload));
    }
}

}  // namespace volley
