// The three ways in which a worker waits for replies. Each is a template over channel and pacer, so
// that the measured loop is fully typed: no virtual call and no std::function a sample.
//
// A driver begins a round trip on each of its connections at once, goes on until the recorder says
// that the run is over, and returns when every reply is in. It throws ReplyFailure where one is not
// right or not in time.
#pragma once

#include <poll.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <span>

#include "load/closed_loop.hh"
#include "run/connection.hh"
#include "run/recorder.hh"
#include "run/spin_account.hh"
#include "transport/poll_list.hh"

namespace volley {

// How often overdue replies are looked for: a few times within their time limit, at most twice a
// second.
[[nodiscard]] inline Duration pause_between_deadlines(Duration timeout) {
    constexpr Duration longest = std::chrono::milliseconds(500);
    return std::min(timeout / 4 + Duration(1), longest);
}

// A message larger than the socket's buffers: sends and receives in turn until all is sent, so that
// a server that answers while it reads cannot wait for us while we wait for it. Returns whether the
// reply came whole already.
template <Channel C>
bool send_rest(Connection<C>& connection, Conversation& conversation) {
    while (!connection.exchange.all_sent(conversation.payload)) {
        std::array<pollfd, 2> ready{polled(connection.channel.waits_to_receive()),
                                    polled(connection.channel.waits_to_send())};
        const bool can_sleep = ready[0].fd >= 0 && ready[1].fd >= 0;
        const int left = milliseconds_until(connection.began + conversation.timeout);
        static_cast<void>(::poll(ready.data(), ready.size(), can_sleep ? left : 0));
        if (left == 0) {
            fail_overdue(connection, conversation);
        }
        if ((!can_sleep || (ready[0].revents & ready[0].events) != 0) &&
            judge(connection, conversation,
                  connection.channel.receive_now(room_for(connection, conversation)))) {
            return true;
        }
        static_cast<void>(offer(connection, conversation));
    }
    return false;
}

// Ends a round trip whose reply is right and records it. Returns the moment from which the next one
// counts.
template <Channel C>
TimePoint record_trip(Connection<C>& connection, const Conversation& conversation,
                      Recorder& recorder) {
    const TimePoint ended = end_trip(connection, conversation);
    return recorder.record(connection.began, ended);
}

// block: send, then sleep in receive. One connection.
template <Channel C, Pacer P>
void drive_blocking(Connection<C>& connection, Conversation& conversation, Recorder& recorder,
                    P pacer) {
    TimePoint due = now();
    while (recorder.running()) {
        bool whole = false;
        if (!begin_trip(connection, conversation, due)) [[unlikely]] {
            whole = send_rest(connection, conversation);
        }
        while (!whole) {
            const Transferred came =
                connection.channel.try_receive(room_for(connection, conversation));
            whole = judge(connection, conversation, came);
            if (came.progress == Progress::pending &&
                now() - connection.began >= conversation.timeout) {
                fail_overdue(connection, conversation);
            }
        }
        due = pacer.due(record_trip(connection, conversation, recorder));
    }
    expect_silence(connection, conversation);
}

// Fails a reply that is overdue where next_look has come, and says when to look again.
template <Channel C>
void look_for_overdue(std::span<Connection<C>> connections, Conversation& conversation,
                      TimePoint moment, TimePoint& next_look) {
    if (moment < next_look) {
        return;
    }
    for (auto& connection : connections) {
        if (connection.in_flight && moment - connection.began > conversation.timeout) {
            fail_overdue(connection, conversation);
        }
    }
    next_look = moment + pause_between_deadlines(conversation.timeout);
}

// spin: look at one connection after the other, never sleep.
template <Channel C, Pacer P>
SpinAccount drive_spinning(std::span<Connection<C>> connections, Conversation& conversation,
                           Recorder& recorder, P pacer) {
    SpinAccount account;
    SpinClock clock;
    TimePoint next_look = now() + pause_between_deadlines(conversation.timeout);
    for (auto& connection : connections) {
        static_cast<void>(begin_trip(connection, conversation, now()));
    }
    std::size_t in_flight = connections.size();
    while (in_flight > 0) {
        for (auto& connection : connections) {
            if (!connection.in_flight) {
                continue;
            }
            if (!connection.exchange.all_sent(conversation.payload)) [[unlikely]] {
                static_cast<void>(offer(connection, conversation));
            }
            const bool is_timed = clock.is_due();
            const TimePoint began = is_timed ? now() : TimePoint{};
            const Transferred came =
                connection.channel.receive_now(room_for(connection, conversation));
            account.note_look(came.progress != Progress::pending);
            if (is_timed) [[unlikely]] {
                const TimePoint moment = now();
                if (came.progress == Progress::pending) {
                    account.note_sample(began, moment);
                }
                account.note_phase(recorder.phase(), moment);
                clock.read(moment);
                look_for_overdue(connections, conversation, moment, next_look);
            }
            if (came.progress == Progress::pending || !judge(connection, conversation, came)) {
                continue;
            }
            const TimePoint due = pacer.due(record_trip(connection, conversation, recorder));
            if (recorder.running()) {
                static_cast<void>(begin_trip(connection, conversation, due));
            } else {
                --in_flight;
            }
        }
    }
    account.note_phase(recorder.phase(), now());
    for (auto& connection : connections) {
        expect_silence(connection, conversation);
    }
    return account;
}

// wait: many connections on one io_context.
//
// Constructed before the start line: it arms a wait on every connection then, so that all of Asio's
// memory is taken before anything is measured. Boost.Asio only waits; receiving and sending are the
// channel's own calls. One thread uses the io_context, so it needs no locks.
template <Channel C, Pacer P>
class WaitingDriver {
  public:
    WaitingDriver(std::span<Connection<C>> connections, Conversation& conversation,
                  Recorder& recorder, P pacer)
        : connections_(connections),
          conversation_(conversation),
          recorder_(recorder),
          pacer_(pacer),
          context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
          timer_(context_) {
        for (auto& connection : connections_) {
            descriptors_.emplace_back(context_.get_executor(),
                                      connection.channel.waits_to_receive().handle);
        }
        for (std::size_t at = 0; at < connections_.size(); ++at) {
            await_reply(at);
        }
        await_deadlines();
    }
    ~WaitingDriver() {
        // The channels own the descriptors.
        for (auto& descriptor : descriptors_) {
            static_cast<void>(descriptor.release());
        }
    }
    WaitingDriver(const WaitingDriver&) = delete;
    WaitingDriver& operator=(const WaitingDriver&) = delete;

    void drive() {
        in_flight_ = connections_.size();
        for (std::size_t at = 0; at < connections_.size(); ++at) {
            begin(at, now());
        }
        context_.run();
        for (auto& connection : connections_) {
            expect_silence(connection, conversation_);
        }
    }

  private:
    using Error_code = boost::system::error_code;
    // With its executor's own type: a type-erased one costs a reference count a wait.
    using Descriptor =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    void begin(std::size_t at, TimePoint due) {
        if (!begin_trip(connections_[at], conversation_, due)) [[unlikely]] {
            await_room(at);
        }
    }

    void await_reply(std::size_t at) {
        descriptors_[at].async_wait(Descriptor::wait_read,
                                    [this, at](const Error_code&) { on_readable(at); });
    }

    void await_room(std::size_t at) {
        descriptors_[at].async_wait(Descriptor::wait_write, [this, at](const Error_code&) {
            auto& connection = connections_[at];
            if (connection.in_flight && !connection.exchange.all_sent(conversation_.payload) &&
                !offer(connection, conversation_)) {
                await_room(at);
            }
        });
    }

    void on_readable(std::size_t at) {
        auto& connection = connections_[at];
        const Transferred came =
            connection.channel.receive_now(room_for(connection, conversation_));
        if (judge(connection, conversation_, came)) {
            const TimePoint due = pacer_.due(record_trip(connection, conversation_, recorder_));
            if (recorder_.running()) {
                begin(at, due);
            } else if (--in_flight_ == 0) {
                context_.stop();
                return;
            } else {
                return;
            }
        }
        await_reply(at);
    }

    void await_deadlines() {
        timer_.expires_after(pause_between_deadlines(conversation_.timeout));
        timer_.async_wait([this](const Error_code&) {
            TimePoint next_look{};
            look_for_overdue(connections_, conversation_, now(), next_look);
            await_deadlines();
        });
    }

    std::span<Connection<C>> connections_;
    Conversation& conversation_;
    Recorder& recorder_;
    P pacer_;
    boost::asio::io_context context_;
    boost::asio::steady_timer timer_;
    std::deque<Descriptor> descriptors_;  // never moved: Boost 1.74 cannot move this type
    std::size_t in_flight_ = 0;
};

}  // namespace volley
