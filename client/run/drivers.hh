// The three ways in which a worker waits for replies. Each is a template over channel and pacer, so
// that the measured loop is fully typed: no virtual call and no std::function a sample.
//
// A driver begins a round trip on each of its connections at once, goes on until the recorder says
// that the run is over, and returns when every reply is in. It throws ReplyFailure where one is not
// right or not in time.
#pragma once

#include <poll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <span>

#include "load/closed_loop.hh"
#include "run/connection.hh"

namespace volley {

// How busy a spinning worker was: of its looks at a connection, how many found something.
struct SpinAccount {
    std::uint64_t looks = 0;
    std::uint64_t found = 0;

    [[nodiscard]] double busy_share() const {
        return looks == 0 ? 0 : static_cast<double>(found) / static_cast<double>(looks);
    }
};

// A message larger than the socket's buffers: sends and receives in turn until all is sent, so that
// a server that answers while it reads cannot wait for us while we wait for it. Returns whether the
// reply came whole already.
template <Channel C>
bool send_rest(Connection<C>& connection, WorkerState& worker) {
    const int fd = connection.channel.native_handle();
    while (!connection.exchange.all_sent(worker.payload)) {
        pollfd ready{.fd = fd, .events = POLLIN | POLLOUT, .revents = 0};
        const int left = milliseconds_until(connection.began + worker.timeout);
        // A channel without a handle is polled by its own calls.
        static_cast<void>(::poll(&ready, 1, fd >= 0 ? left : 0));
        if (left == 0) {
            fail_overdue(connection, worker);
        }
        if ((fd < 0 || (ready.revents & POLLIN) != 0) &&
            judge(connection, worker,
                  connection.channel.receive_now(room_for(connection, worker)))) {
            return true;
        }
        static_cast<void>(offer(connection, worker));
    }
    return false;
}

// block: send, then sleep in receive. One connection.
template <Channel C, Pacer P>
void drive_blocking(Connection<C>& connection, WorkerState& worker, P pacer) {
    TimePoint due = now();
    while (worker.recorder.running()) {
        bool whole = false;
        if (!begin_trip(connection, worker, due)) [[unlikely]] {
            whole = send_rest(connection, worker);
        }
        while (!whole) {
            const Transferred came = connection.channel.try_receive(room_for(connection, worker));
            whole = judge(connection, worker, came);
            if (came.progress == Progress::pending && now() - connection.began >= worker.timeout) {
                fail_overdue(connection, worker);
            }
        }
        due = pacer.due(end_trip(connection, worker));
    }
    expect_silence(connection, worker);
}

// spin: look at one connection after the other, never sleep.
template <Channel C, Pacer P>
SpinAccount drive_spinning(std::span<Connection<C>> connections, WorkerState& worker, P pacer) {
    // Reading the clock for deadlines once in so many empty sweeps keeps it out of the figures.
    constexpr std::uint64_t sweeps_between_deadlines = 4096;
    SpinAccount account;
    for (auto& connection : connections) {
        static_cast<void>(begin_trip(connection, worker, now()));
    }
    std::size_t in_flight = connections.size();
    for (std::uint64_t sweep = 1; in_flight > 0; ++sweep) {
        for (auto& connection : connections) {
            if (!connection.in_flight) {
                continue;
            }
            if (!connection.exchange.all_sent(worker.payload)) [[unlikely]] {
                static_cast<void>(offer(connection, worker));
            }
            ++account.looks;
            const Transferred came = connection.channel.receive_now(room_for(connection, worker));
            if (came.progress == Progress::pending) {
                continue;
            }
            ++account.found;
            if (!judge(connection, worker, came)) {
                continue;
            }
            const TimePoint due = pacer.due(end_trip(connection, worker));
            if (worker.recorder.running()) {
                static_cast<void>(begin_trip(connection, worker, due));
            } else {
                --in_flight;
            }
        }
        if (sweep % sweeps_between_deadlines == 0) {
            const TimePoint moment = now();
            for (auto& connection : connections) {
                if (connection.in_flight && moment - connection.began > worker.timeout) {
                    fail_overdue(connection, worker);
                }
            }
        }
    }
    for (auto& connection : connections) {
        expect_silence(connection, worker);
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
    WaitingDriver(std::span<Connection<C>> connections, WorkerState& worker, P pacer)
        : connections_(connections),
          worker_(worker),
          pacer_(pacer),
          context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
          timer_(context_) {
        for (auto& connection : connections_) {
            descriptors_.emplace_back(context_.get_executor(), connection.channel.native_handle());
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
            expect_silence(connection, worker_);
        }
    }

  private:
    using Error_code = boost::system::error_code;
    // With its executor's own type: a type-erased one costs a reference count a wait.
    using Descriptor =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    void begin(std::size_t at, TimePoint due) {
        if (!begin_trip(connections_[at], worker_, due)) [[unlikely]] {
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
            if (connection.in_flight && !connection.exchange.all_sent(worker_.payload) &&
                !offer(connection, worker_)) {
                await_room(at);
            }
        });
    }

    void on_readable(std::size_t at) {
        auto& connection = connections_[at];
        const Transferred came = connection.channel.receive_now(room_for(connection, worker_));
        if (judge(connection, worker_, came)) {
            const TimePoint due = pacer_.due(end_trip(connection, worker_));
            if (worker_.recorder.running()) {
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

    // Looks for overdue replies a few times within their time limit, at most twice a second.
    void await_deadlines() {
        constexpr Duration longest_pause = std::chrono::milliseconds(500);
        timer_.expires_after(std::min(worker_.timeout / 4 + Duration(1), longest_pause));
        timer_.async_wait([this](const Error_code&) {
            const TimePoint moment = now();
            for (auto& connection : connections_) {
                if (connection.in_flight && moment - connection.began > worker_.timeout) {
                    fail_overdue(connection, worker_);
                }
            }
            await_deadlines();
        });
    }

    std::span<Connection<C>> connections_;
    WorkerState& worker_;
    P pacer_;
    boost::asio::io_context context_;
    boost::asio::steady_timer timer_;
    std::deque<Descriptor> descriptors_;  // never moved: Boost 1.74 cannot move this type
    std::size_t in_flight_ = 0;
};

}  // namespace volley
