// The endpoint of a local transport, whose server listens on an abstract name: what all of them
// share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "transport/endpoint_kind.hh"
#include "transport/local_name.hh"

namespace volley {

template <typename C>
struct Transport;

// Kind: the transport's name, the kind of its sockets, its channel, its limits, and how it opens
// channels to a name.
template <typename Kind>
class LocalEndpoint {
  public:
    static constexpr std::string_view transport = Kind::transport;
    static constexpr bool is_for_users = true;
    static constexpr std::uint16_t usual_number = 9000;  // for commands by hand

    LocalEndpoint() = default;
    LocalEndpoint(const std::string& /*host*/, std::uint16_t number) : number_(number) {}

    [[nodiscard]] static LocalName name_of(std::uint16_t number) {
        return {.transport = transport, .kind = Kind::socket_kind, .number = number};
    }
    [[nodiscard]] LocalName name() const { return name_of(number_); }

    [[nodiscard]] std::string text() const { return name().text(); }
    [[nodiscard]] static std::string host() { return ""; }
    [[nodiscard]] LocalEndpoint on_host(const std::string& /*host*/) const { return *this; }
    [[nodiscard]] LocalEndpoint on_this_machine() const { return *this; }
    [[nodiscard]] static LocalEndpoint fresh() { return {"", free_name(name_of(0)).number}; }
    [[nodiscard]] bool is_taken() const { return is_name_taken(name()); }
    [[nodiscard]] static LocalEndpoint by_hand() { return {"", usual_number}; }
    [[nodiscard]] std::vector<std::string> server_arguments() const {
        return {"-p", std::to_string(number_)};
    }
    [[nodiscard]] std::vector<std::string> client_arguments() const {
        return {"-p", std::to_string(number_), "--transport", std::string(transport)};
    }
    [[nodiscard]] static EndpointLimits limits(const TransportFacts& facts,
                                               bool /*server_is_ours*/) {
        return Kind::limits(facts);
    }
    [[nodiscard]] std::vector<Transport<typename Kind::ChannelType>> transports() const {
        return Kind::transports(name());
    }
    [[nodiscard]] static std::string carried_by_kernel(pid_t /*process*/,
                                                       const std::set<std::string>& sockets,
                                                       std::size_t connections) {
        return carried_by_local_sockets(sockets.size(), connections);
    }

  private:
    std::uint16_t number_ = 0;
};

}  // namespace volley
