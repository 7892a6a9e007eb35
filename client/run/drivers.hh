// The three ways in which a worker waits for replies. Each is a template over channel and pacer, so
// the measured loop is fully typed: no virtual call and no std::function per sample.
//
// A driver begins a round trip on all of its connections at once, continues until the recorder says
// that the run is over, and returns when every reply has arrived. It throws ReplyFailure if a reply
// is wrong or not in time.
#pragma once

#include <poll.h>

#include <algorithm>
#include <array>
#include <span>

#include "load/closed_loop.hh"
#include "run/connection.hh"
#include "run/recorder.hh"
#include "run/spin_account.hh"
#include "transport/poll_list.hh"

namespace volley {

// The time between checks for overdue replies: a few checks within their time limit, at most two
// per second.
[[nodiscard]] inline Duration pause_between_deadlines(Duration timeout) {
    constexpr Duration longest = std::chrono::milliseconds(500);
    return std::min(timeout / 4 + Duration(1), longest);
}

// For a message larger than the socket's buffers: sends and receives in turn until all is sent.
// Otherwise a server that answers while it reads could wait for us while we wait for it. Returns
// whether the complete reply has already arrived.
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

// Ends a round trip whose reply is correct and records it. Returns the time from which the next one
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

// If next_look has come, fails an overdue reply or else says when to look again.
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

// spin: looks at one connection after the other and never sleeps.
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

}  // namespace volley
