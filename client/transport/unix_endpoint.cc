#include "transport/unix_endpoint.hh"

#include "transport/local_transport.hh"
#include "transport/stream_socket.hh"

namespace volley {

std::vector<Transport<StreamSocket>> UnixKind::transports(const LocalName& name) {
    return {local_transport<UnixEndpoint, StreamSocket>(name)};
}

}  // namespace volley
