// wait: many connections per worker, asleep while none of them has a reply.
//
// Boost.Asio is used only for waiting. It watches one descriptor per worker, that of the worker's
// ReadySet, which is emptied when Asio reports that something is in it. So a round trip costs no
// epoll_ctl, which Asio would need to wait for a connection again. Receiving and sending are the
// channel's own calls.
#pragma once

#include <poll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <span>

#include "load/closed_loop.hh"
#include "run/drivers.hh"
#include "transport/ready_set.hh"

namespace volley {

// Makes an io_context wait until a descriptor is readable. Does not own the descriptor.
class Watch {
  public:
    Watch(boost::asio::io_context& context, int handle)
        : descriptor_(context.get_executor(), handle) {}
    ~Watch() { static_cast<void>(descriptor_.release()); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Calls then() once, from the io_context.
    template <typename Then>
    void once_readable(Then then) {
        descriptor_.async_wait(Descriptor::wait_read,
                               [then](const boost::system::error_code&) { then(); });
    }

  private:
    // With its executor's own type: a type-erased one costs a reference count per wait.
    using Descriptor =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    Descriptor descriptor_;
};

// Construct it before the start line: all waits begin then, so all of Asio's memory is allocated
// before anything is measured. One thread uses the io_context, so it needs no locks.
//
// If there is only one connection, Asio watches its handle directly. The worker then sleeps in each
// round trip, and asking the set which connection is ready would cost one more system call each
// time. The set watches the connection only while it waits to send.
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
          timer_(context_),
          set_watch_(context_, set_.handle()) {
        const WaitsFor first = connections_.front().channel.waits_to_receive();
        if (connections_.size() == 1 && first.handle >= 0 && first.events == POLLIN) {
            only_watch_.emplace(context_, first.handle);
            await_only();
        } else {
            for (std::size_t at = 0; at < connections_.size(); ++at) {
                set_.set(connections_[at].channel.waits_to_receive().handle, to_receive(at), at);
            }
        }
        await_set();
        await_deadlines();
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
    // Timers get a turn after the set has been emptied this often: rarely enough to cost nothing.
    static constexpr int rounds_without_timers = 64;

    void begin(std::size_t at, TimePoint due) {
        if (!begin_trip(connections_[at], conversation_, due)) [[unlikely]] {
            await_room(at, true);
        }
    }

    // The events for which the set watches a connection that waits for its reply.
    [[nodiscard]] std::uint32_t to_receive(std::size_t at) const {
        const WaitsFor reply = connections_[at].channel.waits_to_receive();
        return only_watch_ ? 0 : static_cast<std::uint32_t>(reply.events);
    }

    // Sets whether the set watches a connection for room to send, in addition to its other events.
    void await_room(std::size_t at, bool wanted) {
        const C& channel = connections_[at].channel;
        const WaitsFor room = channel.waits_to_send();
        const bool is_shared = room.handle == channel.waits_to_receive().handle;
        set_.set(room.handle,
                 (is_shared ? to_receive(at) : 0) |
                     (wanted ? static_cast<std::uint32_t>(room.events) : 0),
                 at);
    }

    void await_only() {
        only_watch_->once_readable([this] {
            receive(0);
            await_only();
        });
    }

    void await_set() {
        set_watch_.once_readable([this] {
            for (int round = 0; round < rounds_without_timers; ++round) {
                const auto ready = set_.ready_now();
                if (ready.empty()) {
                    break;
                }
                for (const epoll_event& event : ready) {
                    see_to(event.data.u64, event.events);
                }
            }
            await_set();
        });
    }

    void see_to(std::size_t at, std::uint32_t events) {
        auto& connection = connections_[at];
        if (events != EPOLLIN) [[unlikely]] {
            if (!connection.in_flight || connection.exchange.all_sent(conversation_.payload) ||
                offer(connection, conversation_)) {
                await_room(at, false);
            }
        }
        if (events != EPOLLOUT) [[likely]] {
            receive(at);
        }
    }

    void receive(std::size_t at) {
        auto& connection = connections_[at];
        if (!connection.in_flight) [[unlikely]] {
            // This connection has ended. Whatever still arrives is checked when all have ended.
            set_.set(connection.channel.waits_to_receive().handle, 0, at);
            return;
        }
        const Transferred came =
            connection.channel.receive_now(room_for(connection, conversation_));
        if (!judge(connection, conversation_, came)) {
            return;
        }
        const TimePoint due = pacer_.due(record_trip(connection, conversation_, recorder_));
        if (recorder_.running()) [[likely]] {
            begin(at, due);
        } else if (--in_flight_ == 0) {
            context_.stop();
        }
    }

    void await_deadlines() {
        timer_.expires_after(pause_between_deadlines(conversation_.timeout));
        timer_.async_wait([this](const boost::system::error_code&) {
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
    ReadySet set_;
    Watch set_watch_;
    std::optional<Watch> only_watch_;  // if there is only one connection
    std::size_t in_flight_ = 0;
};

}  // namespace volley
