// Is the server ready? It is once it has answered one challenge correctly. Nothing else counts, and
// no guessed delay is used.
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

// Connects, and retries while refused, until one round trip is correct. Throws Error(failed) if the
// server ends, answers wrongly or has not answered by the deadline; Error(skipped) with the
// server's reason if it ends with status 77; and Error(budget_spent) if a signal asks for an end.
void await_ready(const RunSpec& spec, const AnyTransport& transport, ServerProcess& server,
                 Signals* signals, TimePoint deadline);

// For a server that the client did not start: the first of the places that spec.endpoint may mean
// at which one round trip is correct. Throws Error(failed) naming all the places tried, and
// Error(budget_spent) if a signal asks for an end.
[[nodiscard]] AnyTransport find_server(const RunSpec& spec, Signals* signals, TimePoint deadline);

// Sends the zero challenge, which ends a server, and waits for that connection to end. Throws
// Error(failed) if it does not.
void send_zero(const RunSpec& spec, const AnyTransport& transport);

// The server's command with the address at which to listen (endpoint: on this machine, and fresh),
// and with transport and message size if they are not the default.
[[nodiscard]] std::vector<std::string> command_line_for(const RunSpec& spec,
                                                        const Endpoint& endpoint);

// The error of a run during which the server was found to have ended.
inline constexpr std::string_view ended_in_mid_run = "the server ended during a run";
// What became of the server in a run that failed with this error: how it ended, or that it forked
// away, or the error itself if it is still running. Waits a moment for its end.
[[nodiscard]] std::string obituary(ServerProcess& server, Signals* signals, bool was_ready,
                                   const std::string& error);

// ", saying: " and the server's last output, or "".
[[nodiscard]] std::string last_words(ServerProcess& server);

}  // namespace volley
