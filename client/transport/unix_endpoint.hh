// A Unix stream socket: the server listens on the abstract name @volley/unix/PORT.
#pragma once

#include "transport/local_endpoint.hh"

namespace volley {

class StreamSocket;

struct UnixKind {
    static constexpr std::string_view transport = "unix";
    static constexpr int socket_kind = SOCK_STREAM;
    using ChannelType = StreamSocket;

    [[nodiscard]] static EndpointLimits limits(const TransportFacts& /*facts*/) { return {}; }
    [[nodiscard]] static std::vector<Transport<StreamSocket>> transports(const LocalName& name);
};
using UnixEndpoint = LocalEndpoint<UnixKind>;

}  // namespace volley
