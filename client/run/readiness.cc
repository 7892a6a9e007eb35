#include "run/readiness.hh"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <optional>

#include "base/program.hh"
#include "run/connection.hh"
#include "run/watch.hh"
#include "transport/poll_list.hh"

namespace volley {

namespace {

// Pauses between refused attempts: short at first, because a native server listens within a
// millisecond.
constexpr Duration first_pause = std::chrono::microseconds(200);
constexpr Duration longest_pause = std::chrono::milliseconds(10);

// Defined by the contract: this machine lacks what the server needs.
constexpr const char* skipped_end = "exited with status 77";

void throw_if_ended(ServerProcess* server) {
    if (server != nullptr && server->has_ended()) {
        if (const std::string away = server->how_it_forked_away(); !away.empty()) {
            throw Error(ExitCode::failed, away);
        }
        if (server->how_it_ended() == skipped_end) {
            const std::string reason = server->last_lines();
            throw Error(ExitCode::skipped,
                        reason.empty() ? "skipped: the server does not say why" : reason);
        }
        throw Error(
            ExitCode::failed,
            "the server " + server->how_it_ended() + " before it was ready" + last_words(*server),
            "start it by hand with -p PORT to see why");
    }
}

// What one attempt waits for in addition to its channel.
struct Watched {
    ServerProcess* server = nullptr;  // may be null, like the next one
    Signals* signals = nullptr;
};

// Waits until one of these events, or the server's end, or the deadline.
void await_channel(std::initializer_list<WaitsFor> what, const Watched& watched,
                   TimePoint deadline) {
    // Signals are checked in between; a second one leaves at once.
    constexpr Duration look_every = std::chrono::milliseconds(100);
    PollList waited_for;
    for (const WaitsFor& one : what) {
        waited_for.add(one);
    }
    if (watched.server != nullptr) {
        waited_for.add({.handle = watched.server->ended_fd(), .events = POLLIN});
    }
    while (now() < deadline) {
        const TimePoint next = std::min(deadline, now() + look_every);
        if (waited_for.wait(milliseconds_until(next))) {
            return;
        }
        static_cast<void>(wait_for(now(), nullptr, watched.signals, watched.server));
        throw_if_interrupted(watched.signals);
    }
}

// Why it could not be opened; none: it is open.
template <Channel C>
std::optional<Refusal> open_by(TimePoint deadline, C& channel, const Transport<C>& transport,
                               const Watched& watched) {
    Opened opened = channel.proceed_open();
    while (opened.progress == Progress::pending && now() < deadline) {
        await_channel({channel.waits_to_open()}, watched, deadline);
        opened = channel.proceed_open();
        if (watched.server != nullptr && watched.server->has_ended()) {
            break;
        }
    }
    if (opened.progress == Progress::done) {
        return std::nullopt;
    }
    return transport.explain(channel,
                             opened.progress == Progress::pending ? ETIMEDOUT : opened.error);
}

// A connection that leads to another process than the server is refused, where the transport can
// tell. Readiness asks once a run: as long as a server lives, nobody else gets its name.
template <Channel C>
void refuse_if_stranger(const Transport<C>& transport, const C& channel,
                        const ServerProcess* server) {
    if (server == nullptr || !transport.refuse_stranger) {
        return;
    }
    std::vector<pid_t> processes;
    for (const ProcessStat& one : server->family()) {
        processes.push_back(one.process);
    }
    if (const auto refusal = transport.refuse_stranger(channel, processes)) {
        throw Error(ExitCode::failed, "connection to " + transport.text + ": " + refusal->cause,
                    refusal->remedy);
    }
}

// One attempt. None: ready; otherwise the reason why not (yet).
template <Channel C>
std::optional<Refusal> attempt(const RunSpec& spec, const Transport<C>& transport,
                               ServerProcess* server, Signals* signals, TimePoint deadline) {
    Connection<C> connection{.channel = transport.open(Receiving::at_once, spec.timeout)};
    const Watched watched{server, signals};
    if (const auto failure = open_by(deadline, connection.channel, transport, watched)) {
        return failure;
    }
    refuse_if_stranger(transport, connection.channel, server);
    const Payload payload(spec.message_bytes, spec.seed);
    Conversation conversation(payload, spec.timeout, spec.seed + 1, C::traits);
    const TimePoint reply_deadline = std::min(deadline, now() + spec.timeout);
    try {
        bool sent = begin_trip(connection, conversation, now());
        while (now() < reply_deadline) {
            const WaitsFor reply = connection.channel.waits_to_receive();
            await_channel({reply, sent ? reply : connection.channel.waits_to_send()}, watched,
                          reply_deadline);
            throw_if_ended(server);
            if (judge(connection, conversation,
                      connection.channel.receive_now(room_for(connection, conversation)))) {
                return std::nullopt;
            }
            sent = sent || offer(connection, conversation);
        }
    } catch (const ReplyFailure& failure) {
        if (failure.kind() != &ReplyErrors::missing) {
            throw;
        }
        return Refusal{failure.what(), "check the server with " + call_of("conform")};
    }
    fail_reply(&ReplyErrors::missing, 0,
               "the server took a connection and did not answer the first challenge within " +
                   format_nanoseconds(static_cast<double>(spec.timeout.count())) + ": " +
                   connection.exchange.describe({}, payload));
}

template <Channel C>
void await_ready_on(const RunSpec& spec, const Transport<C>& transport, ServerProcess& server,
                    Signals* signals, TimePoint deadline) {
    Duration pause = first_pause;
    for (;;) {
        const auto refusal = attempt(spec, transport, &server, signals, deadline);
        throw_if_ended(&server);  // even when ready: another process answers then
        if (!refusal) {
            return;
        }
        if (now() >= deadline) {
            throw Error(ExitCode::failed,
                        "the server was not ready by the deadline (--ready-timeout): connection "
                        "to " +
                            transport.text + ": " + refusal->cause + last_words(server),
                        "start it by hand with -p PORT to see why");
        }
        static_cast<void>(wait_for(std::min(deadline, now() + pause), nullptr, signals, &server));
        throw_if_interrupted(signals);
        pause = std::min(pause * 2, longest_pause);
    }
}

}  // namespace

std::vector<std::string> command_line_for(const RunSpec& spec, const Endpoint& endpoint) {
    std::vector<std::string> command = spec.server->command;
    const std::vector<std::string> place = endpoint.server_arguments();
    command.insert(command.end(), place.begin(), place.end());
    if (spec.server->is_told_transport) {
        command.insert(command.end(), {"-t", std::string(endpoint.transport())});
    }
    if (spec.message_bytes != challenge_bytes) {
        command.insert(command.end(), {"-m", std::to_string(spec.message_bytes)});
    }
    return command;
}

std::string obituary(ServerProcess& server, Signals* signals, bool was_ready,
                     const std::string& error) {
    // A server that dies closes its connections first; its exit status follows.
    constexpr Duration grace = std::chrono::milliseconds(300);
    const TimePoint last = now() + grace;
    while (!server.has_ended() && now() < last) {
        static_cast<void>(wait_for(last, nullptr, signals, &server));
    }
    if (const std::string away = server.how_it_forked_away(); !away.empty()) {
        return away;
    }
    if (!server.has_ended() || !was_ready) {
        return error;
    }
    return "the server " + server.how_it_ended() + " during a run" + last_words(server) +
           (error == ended_in_mid_run ? "" : " (" + error + ")");
}

std::string last_words(ServerProcess& server) {
    const std::string lines = server.last_lines();
    return lines.empty() ? "" : ", saying: " + lines;
}

void await_ready(const RunSpec& spec, const AnyTransport& transport, ServerProcess& server,
                 Signals* signals, TimePoint deadline) {
    std::visit([&](const auto& way) { await_ready_on(spec, way, server, signals, deadline); },
               transport);
}

AnyTransport find_server(const RunSpec& spec, Signals* signals, TimePoint deadline) {
    const std::vector<AnyTransport> candidates = transports_to(spec.endpoint);
    const auto ask = [&](const AnyTransport& transport,
                         std::size_t left) -> std::optional<Refusal> {
        // Each place gets its share of the time, so that one that never answers leaves some to the
        // next.
        const auto shares = static_cast<Duration::rep>(left) + 1;
        const TimePoint limit = now() + std::max(deadline - now(), Duration::zero()) / shares;
        try {
            return std::visit(
                [&](const auto& way) { return attempt(spec, way, nullptr, signals, limit); },
                transport);
        } catch (const ReplyFailure& failure) {
            if (candidates.size() == 1) {
                throw;
            }
            return Refusal{failure.what(), "check the server with " + call_of("conform")};
        }
    };
    return first_that_serves(spec.endpoint, candidates, ask);
}

void send_zero(const RunSpec& spec, const AnyTransport& transport) {
    std::visit(
        [&](const auto& way) {
            auto channel = way.open(Receiving::at_once, spec.timeout);
            const TimePoint deadline = now() + spec.timeout;
            if (const auto failure = open_by(deadline, channel, way, {})) {
                throw Error(ExitCode::failed, "connection to " + way.text + ": " + failure->cause);
            }
            const Payload payload(spec.message_bytes, spec.seed);
            Exchange zero;
            zero.begin(0, payload.width());
            const auto unsent = zero.unsent(payload);
            static_cast<void>(channel.try_send(unsent.head, unsent.tail));
            // Closing at once would reset the connection, perhaps before the zero is read.
            std::array<std::byte, 1> room{};
            await_channel({channel.waits_to_receive()}, {}, deadline);
            const Transferred end = channel.receive_now(room);
            if (end.progress == Progress::pending) {
                throw Error(ExitCode::failed,
                            "it kept the connection for " +
                                format_nanoseconds(static_cast<double>(spec.timeout.count())) +
                                " after the zero challenge");
            }
            if (end.progress == Progress::done) {
                throw Error(ExitCode::failed, "it answered the zero challenge");
            }
        },
        transport);
}

}  // namespace volley
