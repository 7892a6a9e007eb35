// Opens a worker's connections and verifies each with one round trip, before anything is measured.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "run/connection.hh"
#include "run/spec.hh"
#include "transport/poll_list.hh"

namespace volley {

// For all workers of a run. The counters are used only in messages, so they are relaxed: they order
// nothing.
struct Standing {
    std::atomic<std::size_t> verified{0};    // open, and have had one correct reply
    std::atomic<std::size_t> sent_again{0};  // the kernel had to retransmit for these
};

// Throws Error(failed): how many of the run's connections were open at the deadline, and the
// probable reason why the others were not.
[[noreturn]] void fail_at_deadline(const Standing& standing, const RunSpec& spec);

// Opens `count` connections with transport.open(...), at most `at_once` under way at a time,
// numbered from `first_number`. Every connection has had one correct reply when this returns.
// stopped: called a few times a second; if it returns true, this throws. Throws Error(failed) if a
// connection is refused or reset, or if not all are open by the deadline.
template <typename Transport>
class ConnectionOpener {
  public:
    using C = typename Transport::ChannelType;

    ConnectionOpener(const Transport& transport, const RunSpec& spec, Receiving receiving,
                     Conversation& conversation, Standing& standing, TimePoint deadline)
        : transport_(transport),
          spec_(spec),
          receiving_(receiving),
          conversation_(conversation),
          standing_(standing),
          deadline_(deadline) {}

    std::vector<Connection<C>> open(std::size_t count, std::size_t first_number,
                                    std::size_t at_once, const std::function<bool()>& stopped) {
        std::vector<Connection<C>> connections;
        connections.reserve(count);
        std::size_t ready = 0;  // connections before this index are verified
        std::vector<std::size_t> under_way;
        while (ready < count) {
            while (connections.size() < count && under_way.size() < at_once) {
                connections.push_back(
                    {.channel = transport_.open(receiving_, conversation_.timeout),
                     .number = first_number + connections.size()});
                under_way.push_back(connections.size() - 1);
            }
            await_any(connections, under_way, stopped);
            const std::size_t before = under_way.size();
            std::erase_if(under_way, [&](std::size_t at) { return advance(connections[at]); });
            ready += before - under_way.size();
        }
        return connections;
    }

  private:
    [[noreturn]] void fail_to_connect(const Connection<C>& connection, int error) {
        const auto [cause, remedy] = transport_.explain(connection.channel, error);
        throw Error(ExitCode::failed,
                    "connection " + std::to_string(connection.number) + " to " + transport_.text +
                        ": " + cause,
                    remedy);
    }

    void await_any(const std::vector<Connection<C>>& connections,
                   const std::vector<std::size_t>& under_way,
                   const std::function<bool()>& stopped) {
        constexpr int look_every_ms = 100;
        waited_for_.clear();
        for (const std::size_t at : under_way) {
            wait_for(connections[at]);
        }
        const int left = milliseconds_until(deadline_);
        static_cast<void>(waited_for_.wait(std::min(left, look_every_ms)));
        if (stopped()) {
            throw Error(ExitCode::failed, "stopped while connecting");
        }
        if (left == 0) {
            for (const std::size_t at : under_way) {
                count_if_sent_again(connections[at]);
            }
            fail_at_deadline(standing_, spec_);
        }
    }

    void wait_for(const Connection<C>& connection) {
        if (!connection.in_flight) {
            waited_for_.add(connection.channel.waits_to_open());
            return;
        }
        waited_for_.add(connection.channel.waits_to_receive());
        if (!connection.exchange.all_sent(conversation_.payload)) {
            waited_for_.add(connection.channel.waits_to_send());
        }
    }

    // Call once per connection: when it is verified, or at the deadline.
    void count_if_sent_again(const Connection<C>& connection) {
        if (connection.channel.was_sent_again()) {
            standing_.sent_again.fetch_add(1, std::memory_order_relaxed);
        }
    }

    // Moves a connection one step forward. True: verified.
    bool advance(Connection<C>& connection) {
        if (!connection.in_flight) {
            const Opened opened = connection.channel.proceed_open();
            if (opened.progress == Progress::pending) {
                return false;
            }
            if (opened.progress != Progress::done) {
                fail_to_connect(connection, opened.error);
            }
            static_cast<void>(begin_trip(connection, conversation_, now()));
        } else if (!connection.exchange.all_sent(conversation_.payload)) {
            static_cast<void>(offer(connection, conversation_));
        }
        if (!judge(connection, conversation_,
                   connection.channel.receive_now(room_for(connection, conversation_)))) {
            return false;
        }
        connection.in_flight = false;
        connection.channel.settle();
        count_if_sent_again(connection);
        standing_.verified.fetch_add(1, std::memory_order_relaxed);
        return true;
    }

    const Transport& transport_;
    const RunSpec& spec_;
    Receiving receiving_;
    Conversation& conversation_;
    Standing& standing_;
    TimePoint deadline_;
    PollList waited_for_;
};

}  // namespace volley
