// Is the server ready? It is when it has answered one challenge rightly: nothing else counts, and
// nobody sleeps for a guess.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clock/clock.hh"
#include "run/server_process.hh"
#include "run/signals.hh"
#include "run/spec.hh"
#include "transport/any_transport.hh"

namespace volley {

// Connects, again and again where it is refused, until one round trip is right. Throws
// Error(failed) where the server ends, answers wrongly or has not answered by the deadline,
// Error(skipped) with its reason where it ends with status 77, and Error(budget_spent) where a
// signal asks for an end.
void await_ready(const RunSpec& spec, const AnyTransport& transport, ServerProcess& server,
                 Signals* signals, TimePoint deadline);

// Of a server that is not ours: the first of the places that spec.endpoint may mean at which one
// round trip is right. Throws Error(failed) that names all that were tried, and Error(budget_spent)
// where a signal asks for an end.
[[nodiscard]] AnyTransport find_server(const RunSpec& spec, Signals* signals, TimePoint deadline);

// Sends the zero challenge, which ends a server, and waits for the end of that connection. Throws
// Error(failed) where it does not come.
void send_zero(const RunSpec& spec, const AnyTransport& transport);

// The server's command with where it is to listen (endpoint: on this machine, and fresh), and with
// the size of messages where that is not the contract's default.
[[nodiscard]] std::vector<std::string> command_line_for(const RunSpec& spec,
                                                        const Endpoint& endpoint);

// The error of a run in which it was seen that the server has ended.
inline constexpr std::string_view ended_in_mid_run = "the server ended during a run";
// What became of the server in a run that has failed with this error: how it ended, or away to
// where it forked, or the error itself where it still stands. Waits a moment for its end.
[[nodiscard]] std::string obituary(ServerProcess& server, Signals* signals, bool was_ready,
                                   const std::string& error);

// ", saying: " and what the server wrote last, or "".
[[nodiscard]] std::string last_words(ServerProcess& server);

}  // namespace volley
