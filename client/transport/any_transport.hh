// Every transport that the program speaks: the one list of them. A visit over it chooses a fully
// typed loop.
#pragma once

#include <string>
#include <variant>

#include "transport/connect_failure.hh"
#include "transport/tcp.hh"

namespace volley {

// A transport opens channels to one server.
struct TcpTransport {
    using ChannelType = TcpChannel;
    static constexpr const char* name = "tcp";

    Address address;

    [[nodiscard]] TcpChannel open(Receiving receiving, Duration time_limit) const {
        return TcpChannel::open(address, receiving, time_limit);
    }
    [[nodiscard]] const std::string& text() const { return address.text; }
    [[nodiscard]] ConnectFailure explain(int error) const {
        return explain_connect_failure(error, address);
    }
};

using AnyTransport = std::variant<TcpTransport>;

}  // namespace volley
