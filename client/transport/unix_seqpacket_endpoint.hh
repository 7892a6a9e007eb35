// A Unix seqpacket socket, which keeps the boundaries of messages: the server listens on the
// abstract name @volley/unix-seqpacket/PORT.
#pragma once

#include "transport/local_endpoint.hh"

namespace volley {

class PacketSocket;

struct UnixSeqpacketKind {
    static constexpr std::string_view transport = "unix-seqpacket";
    static constexpr int socket_kind = SOCK_SEQPACKET;
    using ChannelType = PacketSocket;

    // A message must fit into one packet.
    [[nodiscard]] static EndpointLimits limits(const TransportFacts& facts);
    [[nodiscard]] static std::vector<Transport<PacketSocket>> transports(const LocalName& name);
};
using UnixSeqpacketEndpoint = LocalEndpoint<UnixSeqpacketKind>;

}  // namespace volley
