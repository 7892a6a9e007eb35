// The transports to an endpoint, complete: for what opens channels.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "transport/endpoint.hh"
#include "transport/null.hh"
#include "transport/stream_socket.hh"
#include "transport/transport.hh"

namespace volley {

// One for each place that the endpoint may mean, in the order in which they are to be tried; at
// least one. Throws Error(failed) where there is none.
[[nodiscard]] std::vector<AnyTransport> transports_to(const Endpoint& endpoint);

[[nodiscard]] const std::string& text_of(const AnyTransport& transport);
[[nodiscard]] const std::string& host_of(const AnyTransport& transport);

// The first of `candidates` for which `attempt` gives no reason against it. Throws Error(failed)
// that names all that were tried and why each is none, with their remedies.
// left: how many candidates come after this one.
using TryTransport = std::function<std::optional<Refusal>(const AnyTransport&, std::size_t left)>;
[[nodiscard]] AnyTransport first_that_serves(const Endpoint& endpoint,
                                             const std::vector<AnyTransport>& candidates,
                                             const TryTransport& attempt);

}  // namespace volley
