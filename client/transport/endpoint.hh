// The place of a server, whatever the transport. endpoint_kind.hh documents each call.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/transports.hh"

namespace volley {

// The transports that a user may choose, the default first.
[[nodiscard]] std::vector<std::string> transport_names();

class Endpoint {
  public:
    // The endpoint of the default transport at which a server listens by default.
    Endpoint() = default;
    explicit Endpoint(AnyEndpoint which) : which_(std::move(which)) {}
    // As given by --host and --port. number 0: the server is still to be started.
    Endpoint(const std::string& host, std::uint16_t number);
    // As given by --transport too, which is one of transport_names().
    Endpoint(std::string_view transport, const std::string& host, std::uint16_t number);

    [[nodiscard]] std::string_view transport() const;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string host() const;
    [[nodiscard]] Endpoint on_host(const std::string& host) const;

    [[nodiscard]] Endpoint on_this_machine() const;
    [[nodiscard]] Endpoint fresh() const;
    [[nodiscard]] bool is_taken() const;
    [[nodiscard]] Endpoint by_hand() const;
    [[nodiscard]] std::vector<std::string> server_arguments() const;
    [[nodiscard]] std::vector<std::string> client_arguments() const;
    [[nodiscard]] EndpointLimits limits(const TransportFacts& facts, bool server_is_ours) const;
    [[nodiscard]] std::string carried_by_kernel(pid_t process, const std::set<std::string>& sockets,
                                                std::size_t connections) const;

    [[nodiscard]] const AnyEndpoint& which() const { return which_; }

  private:
    AnyEndpoint which_;
};

}  // namespace volley
