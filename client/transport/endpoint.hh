// Where a server is, whatever the transport. What each call means stands in endpoint_kind.hh.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/transports.hh"

namespace volley {

class Endpoint {
  public:
    // The default transport's, where a server listens that is told nothing else.
    Endpoint() = default;
    explicit Endpoint(AnyEndpoint which) : which_(std::move(which)) {}
    // As the user names it by --host and --port; number 0: of a server that is yet to be started.
    Endpoint(const std::string& host, std::uint16_t number);

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
