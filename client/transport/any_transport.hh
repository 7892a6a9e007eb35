// The transports to an endpoint, with complete types, for code that opens channels.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "transport/endpoint.hh"
#include "transport/null.hh"
#include "transport/packet_socket.hh"
#include "transport/stream_socket.hh"
#include "transport/transport.hh"

namespace volley {

// One for each address that the endpoint may mean, in the order in which to try them; at least one.
// Throws Error(failed) if there is none.
[[nodiscard]] std::vector<AnyTransport> transports_to(const Endpoint& endpoint);

[[nodiscard]] const std::string& text_of(const AnyTransport& transport);
[[nodiscard]] const std::string& host_of(const AnyTransport& transport);

// The first of `candidates` that `attempt` does not refuse. Throws Error(failed) naming all that
// were tried, why each failed, and the remedies. left: how many candidates come after this one.
using TryTransport = std::function<std::optional<Refusal>(const AnyTransport&, std::size_t left)>;
[[nodiscard]] AnyTransport first_that_serves(const Endpoint& endpoint,
                                             const std::vector<AnyTransport>& candidates,
                                             const TryTransport& attempt);

}  // namespace volley
