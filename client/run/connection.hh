// One connection of the client, and the steps that every driver shares: offering a message, and
// judging what came back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hh"
#include "base/random.hh"
#include "clock/clock.hh"
#include "run/recorder.hh"
#include "run/result.hh"
#include "transport/channel.hh"
#include "transport/exchange.hh"

namespace volley {

// A reply that broke the contract, or a connection that ended: it ends the run.
class ReplyFailure : public Error {
  public:
    // kind: the counter that it belongs to.
    ReplyFailure(std::uint64_t ReplyErrors::*kind, const std::string& what)
        : Error(ExitCode::failed, what, "check the server with target/conform"), kind_(kind) {}
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

// What a worker's connections share. The buffer is large enough for a burst of small replies and
// small enough for a cache.
struct WorkerState {
    const Payload& payload;
    Recorder& recorder;
    Duration timeout;
    Xoshiro256pp random;
    std::vector<std::byte> buffer;

    WorkerState(const Payload& bytes, Recorder& record, Duration limit, std::uint64_t seed)
        : payload(bytes),
          recorder(record),
          timeout(limit),
          random(seed),
          buffer(std::min<std::size_t>(bytes.message_bytes() + 1, std::size_t{256} << 10U)) {}

    [[nodiscard]] std::uint32_t next_challenge() {
        return nonzero_challenge(random(), payload.width());
    }
};

// Throw ReplyFailure: kept out of line, they are cold.
[[noreturn]] void fail_reply(std::uint64_t ReplyErrors::*kind, std::size_t connection,
                             const std::string& what);
[[noreturn]] void fail_transfer(const Transferred& transferred, std::size_t connection,
                                const std::string& dump);
[[noreturn]] void fail_late(std::size_t connection, Duration took, Duration timeout,
                            const std::string& dump);

// Begins a round trip: draws a challenge and offers it. Returns whether all of it was taken.
template <Channel C>
bool begin_trip(Connection<C>& connection, WorkerState& worker, TimePoint due) {
    connection.began = due;
    connection.in_flight = true;
    connection.exchange.begin(worker.next_challenge(), worker.payload.width());
    return offer(connection, worker);
}

// Offers what is unsent. Returns whether all of it is sent now.
template <Channel C>
bool offer(Connection<C>& connection, WorkerState& worker) {
    const auto unsent = connection.exchange.unsent(worker.payload);
    const Transferred taken = connection.channel.try_send(unsent.head, unsent.tail);
    if (taken.progress == Progress::done) [[likely]] {
        connection.exchange.note_sent(taken.bytes);
    } else if (taken.progress != Progress::pending) {
        fail_transfer(taken, connection.number, connection.exchange.describe({}, worker.payload));
    }
    return connection.exchange.all_sent(worker.payload);
}

// Judges what a receive returned. True: the reply is whole and right; false: more is to come.
// Throws ReplyFailure.
template <Channel C>
bool judge(Connection<C>& connection, WorkerState& worker, const Transferred& transferred) {
    if (transferred.progress == Progress::done) [[likely]] {
        const auto bytes = std::span(worker.buffer).first(transferred.bytes);
        const Reply reply = connection.exchange.accept(bytes, worker.payload);
        if (reply == Reply::right) [[likely]] {
            return true;
        }
        if (reply != Reply::incomplete) {
            fail_reply(reply == Reply::wrong ? &ReplyErrors::wrong : &ReplyErrors::duplicate,
                       connection.number, connection.exchange.describe(bytes, worker.payload));
        }
        return false;
    }
    if (transferred.progress != Progress::pending) {
        fail_transfer(transferred, connection.number,
                      connection.exchange.describe({}, worker.payload));
    }
    return false;
}

// Where the next bytes of the reply go: one byte more than is missing, so that a reply that is too
// long shows at once.
template <Channel C>
std::span<std::byte> room_for(const Connection<C>& connection, WorkerState& worker) {
    const std::size_t wanted = connection.exchange.missing(worker.payload) + 1;
    return std::span(worker.buffer).first(std::min(wanted, worker.buffer.size()));
}

// Ends a round trip whose reply is right: records it, and returns the moment from which the next
// one counts.
template <Channel C>
TimePoint end_trip(Connection<C>& connection, WorkerState& worker) {
    const TimePoint ended = now();
    connection.in_flight = false;
    if (ended - connection.began > worker.timeout) [[unlikely]] {
        fail_late(connection.number, ended - connection.began, worker.timeout,
                  connection.exchange.describe({}, worker.payload));
    }
    return worker.recorder.record(connection.began, ended);
}

// Call where the time limit of a reply has passed: a last look tells a reply that is late from one
// that is missing.
template <Channel C>
[[noreturn]] void fail_overdue(Connection<C>& connection, WorkerState& worker) {
    const Transferred last = connection.channel.receive_now(room_for(connection, worker));
    const std::string dump = connection.exchange.describe({}, worker.payload);
    if (last.progress == Progress::done && judge(connection, worker, last)) {
        fail_late(connection.number, now() - connection.began, worker.timeout, dump);
    }
    fail_reply(&ReplyErrors::missing, connection.number,
               "no reply within " +
                   format_nanoseconds(static_cast<double>(worker.timeout.count())) + ": " + dump);
}

// After the last reply nothing may come.
template <Channel C>
void expect_silence(Connection<C>& connection, WorkerState& worker) {
    const Transferred extra = connection.channel.receive_now(worker.buffer);
    if (extra.progress == Progress::done) {
        const auto bytes = std::span(worker.buffer).first(extra.bytes);
        fail_reply(&ReplyErrors::duplicate, connection.number,
                   connection.exchange.describe(bytes, worker.payload));
    }
}

}  // namespace volley
