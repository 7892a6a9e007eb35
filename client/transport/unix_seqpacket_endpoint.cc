#include "transport/unix_seqpacket_endpoint.hh"

#include <algorithm>

#include "transport/local_transport.hh"
#include "transport/packet_socket.hh"

namespace volley {

EndpointLimits UnixSeqpacketKind::limits(const TransportFacts& facts) {
    return {.most_message_bytes = std::min(most_message_bytes, facts.packet_bytes)};
}

std::vector<Transport<PacketSocket>> UnixSeqpacketKind::transports(const LocalName& name) {
    return {local_transport<UnixSeqpacketEndpoint, PacketSocket>(name)};
}

}  // namespace volley
