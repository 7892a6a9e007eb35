// The endpoint of the server in memory. It is always there and has no settings.
#pragma once

#include <string>
#include <vector>

#include "transport/endpoint_kind.hh"

namespace volley {

template <typename C>
struct Transport;
class NullChannel;

class NullEndpoint {
  public:
    static constexpr std::string_view transport = "null";
    static constexpr bool is_for_users = false;

    NullEndpoint() = default;
    NullEndpoint(const std::string& /*host*/, std::uint16_t /*port*/) {}

    [[nodiscard]] static std::string text() { return "the server in memory"; }
    [[nodiscard]] static std::string host() { return ""; }
    [[nodiscard]] static NullEndpoint on_host(const std::string& /*host*/) { return {}; }
    [[nodiscard]] static NullEndpoint on_this_machine() { return {}; }
    [[nodiscard]] static NullEndpoint fresh() { return {}; }
    [[nodiscard]] static bool is_taken() { return false; }
    [[nodiscard]] static NullEndpoint by_hand() { return {}; }
    [[nodiscard]] static std::vector<std::string> server_arguments() { return {}; }
    [[nodiscard]] static std::vector<std::string> client_arguments() { return {}; }
    [[nodiscard]] static EndpointLimits limits(const TransportFacts& facts, bool server_is_ours);
    [[nodiscard]] static std::vector<Transport<NullChannel>> transports();
    [[nodiscard]] static std::string carried_by_kernel(pid_t /*process*/,
                                                       const std::set<std::string>& /*sockets*/,
                                                       std::size_t /*connections*/) {
        return "";
    }
};

}  // namespace volley
