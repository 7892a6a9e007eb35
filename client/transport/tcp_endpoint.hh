// TCP: a host and a port. A host name may have several addresses, and a server may listen on any of
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/endpoint_kind.hh"

namespace volley {

template <typename C>
struct Transport;
class StreamSocket;

class TcpEndpoint {
  public:
    static constexpr std::string_view transport = "tcp";
    static constexpr bool is_for_users = true;
    // Where a server listens by default.
    static constexpr const char* default_host = "127.0.0.1";
    static constexpr std::uint16_t usual_port = 9000;  // for examples and commands by hand

    TcpEndpoint() = default;
    // host: a name or a numeric IPv4 or IPv6 address.
    TcpEndpoint(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {}

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string host() const { return host_; }
    [[nodiscard]] TcpEndpoint on_host(const std::string& host) const { return {host, port_}; }
    [[nodiscard]] TcpEndpoint on_this_machine() const;
    [[nodiscard]] TcpEndpoint fresh() const;
    [[nodiscard]] bool is_taken() const;
    [[nodiscard]] TcpEndpoint by_hand() const { return {host_, usual_port}; }
    [[nodiscard]] std::vector<std::string> server_arguments() const;
    [[nodiscard]] std::vector<std::string> client_arguments() const;
    // For one run: connections end in a way that holds none of their ports for the next.
    [[nodiscard]] static EndpointLimits limits(const TransportFacts& facts, bool server_is_ours);
    [[nodiscard]] std::vector<Transport<StreamSocket>> transports() const;
    [[nodiscard]] std::string carried_by_kernel(pid_t process, const std::set<std::string>& sockets,
                                                std::size_t connections) const;

  private:
    [[nodiscard]] std::vector<std::string> arguments_with(const char* host_option) const;

    std::string host_ = default_host;
    std::uint16_t port_ = 0;
};

}  // namespace volley
