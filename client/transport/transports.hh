// Every transport that the program speaks: the one list of them.
#pragma once

#include <variant>

#include "transport/null_endpoint.hh"
#include "transport/tcp_endpoint.hh"

namespace volley {

// A line for each transport. The first is the one where nothing else is asked for.
using AnyEndpoint = std::variant<  //
    TcpEndpoint,                   // TCP over IPv4 and IPv6
    NullEndpoint                   // a server in memory, for calibration and for tests
    >;

// A line for each kind of channel: what is a template over the channel is built once for each of
// them, however many transports have it. Complete in any_transport.hh.
using AnyTransport = std::variant<  //
    Transport<StreamSocket>,        //
    Transport<NullChannel>          //
    >;

}  // namespace volley
