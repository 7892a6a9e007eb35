// The list of all transports that the program has.
#pragma once

#include <variant>

#include "transport/null_endpoint.hh"
#include "transport/tcp_endpoint.hh"
#include "transport/unix_endpoint.hh"
#include "transport/unix_seqpacket_endpoint.hh"

namespace volley {

// One line for each transport. The first is the default.
using AnyEndpoint = std::variant<  //
    TcpEndpoint,                   // TCP over IPv4 and IPv6
    UnixEndpoint,                  // a Unix stream socket with an abstract name
    UnixSeqpacketEndpoint,         // a Unix seqpacket socket, the same
    NullEndpoint                   // a server in memory, for calibration and for tests
    >;

// One line for each kind of channel: templates over the channel are built once for each kind,
// however many transports use it. any_transport.hh makes the types complete.
using AnyTransport = std::variant<  //
    Transport<StreamSocket>,        //
    Transport<PacketSocket>,        //
    Transport<NullChannel>          //
    >;

}  // namespace volley
