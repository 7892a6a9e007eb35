// What the rest of the program asks of the place where a server is, whatever the transport.
#pragma once

#include <sys/types.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "transport/challenge.hh"

namespace volley {

// What this machine lets transports have. Read once, before anything is chosen.
struct TransportFacts {
    std::uint32_t local_ports = 0;  // that the kernel hands out towards one address
};
[[nodiscard]] TransportFacts read_transport_facts();

// What one server can be asked for.
struct EndpointLimits {
    std::uint64_t most_connections = std::numeric_limits<std::uint64_t>::max();
    std::string why_no_more;  // after "--clients N ": "needs as many local ports …"
    std::string remedy;
    std::uint64_t descriptors_a_connection = 1;
    std::size_t least_message_bytes = volley::least_message_bytes;
    std::size_t most_message_bytes = volley::most_message_bytes;
};

// It is made from what the user names by --host and --port, of which it may ignore either; port 0:
// of a server that is yet to be started.
template <typename E>
concept EndpointKind = std::copyable<E> && std::default_initializable<E> &&
    std::constructible_from<E, const std::string&, std::uint16_t> &&
    requires(const E endpoint, const TransportFacts& facts, bool server_is_ours,
             const std::string& host, pid_t process, const std::set<std::string>& sockets,
             std::size_t connections) {
    // "tcp": as results and server.toml have it.
    { E::transport } -> std::convertible_to<std::string_view>;
    // For messages: "127.0.0.1:9000".
    { endpoint.text() } -> std::same_as<std::string>;
    // The host as the user named it, and the same endpoint on another host; "" and no other
    // endpoint where the transport knows no hosts.
    { endpoint.host() } -> std::same_as<std::string>;
    { endpoint.on_host(host) } -> std::same_as<E>;

    // For a server that is yet to be started. The place on this machine where it can listen,
    // settled once; throws Error(failed) where there is none.
    { endpoint.on_this_machine() } -> std::same_as<E>;
    // One where nobody listens now, chosen by the system; somebody else may take it before the
    // server does. Throws Error(failed) where there is none.
    { endpoint.fresh() } -> std::same_as<E>;
    // Whether somebody listens there, or holds it otherwise.
    { endpoint.is_taken() } -> std::same_as<bool>;
    // What the server is told, where it is not what the contract has by itself.
    { endpoint.server_arguments() } -> std::same_as<std::vector<std::string>>;
    // One that a person might choose who starts the server by hand.
    { endpoint.by_hand() } -> std::same_as<E>;
    // The options with which volley measures the server there.
    { endpoint.client_arguments() } -> std::same_as<std::vector<std::string>>;

    { endpoint.limits(facts, server_is_ours) } -> std::same_as<EndpointLimits>;
    // std::vector<Transport<…>>: each place that the endpoint may mean, in the order in which
    // they are to be tried; at least one. Throws Error(failed) where there is none.
    endpoint.transports();
    // "" or that the kernel carries some of so many connections, where a server was meant to
    // bypass it. sockets: the inodes of those that the server's processes hold.
    { endpoint.carried_by_kernel(process, sockets, connections) } -> std::same_as<std::string>;
};

}  // namespace volley
