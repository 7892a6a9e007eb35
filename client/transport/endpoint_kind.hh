// The interface of an endpoint, the place of a server, whatever the transport.
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

// The resources that this machine gives to transports. Read once, before anything is chosen.
struct TransportFacts {
    std::uint32_t local_ports = 0;       // that the kernel hands out for one remote address
    std::size_t packet_bytes = 212'960;  // at most in one packet of a Unix socket; the usual limit
};
[[nodiscard]] TransportFacts read_transport_facts();

// The limits of one server.
struct EndpointLimits {
    std::uint64_t most_connections = std::numeric_limits<std::uint64_t>::max();
    std::string why_no_more;  // after "--clients N ": "needs as many local ports …"
    std::string remedy;
    std::uint64_t descriptors_a_connection = 1;
    std::size_t least_message_bytes = volley::least_message_bytes;
    std::size_t most_message_bytes = volley::most_message_bytes;
};

// Made from --host and --port; it may ignore either. Port 0: the server is still to be started.
template <typename E>
concept EndpointKind = std::copyable<E> && std::default_initializable<E> &&
    std::constructible_from<E, const std::string&, std::uint16_t> &&
    requires(const E endpoint, const TransportFacts& facts, bool server_is_ours,
             const std::string& host, pid_t process, const std::set<std::string>& sockets,
             std::size_t connections) {
    // "tcp": the name in results and server.toml.
    { E::transport } -> std::convertible_to<std::string_view>;
    // Whether --transport takes it.
    { E::is_for_users } -> std::convertible_to<bool>;
    // For messages: "127.0.0.1:9000".
    { endpoint.text() } -> std::same_as<std::string>;
    // The host as the user named it, and the same endpoint on another host. If the transport has no
    // hosts: "" and the same endpoint.
    { endpoint.host() } -> std::same_as<std::string>;
    { endpoint.on_host(host) } -> std::same_as<E>;

    // For a server that is still to be started: the place on this machine where it can listen,
    // decided once. Throws Error(failed) if there is none.
    { endpoint.on_this_machine() } -> std::same_as<E>;
    // One where nothing listens now, chosen by the system. Another process may take it before the
    // server does. Throws Error(failed) if there is none.
    { endpoint.fresh() } -> std::same_as<E>;
    // Whether a process listens there, or holds it otherwise.
    { endpoint.is_taken() } -> std::same_as<bool>;
    // The server's arguments for the place, if it is not the contract's default. The argument for
    // the transport itself comes from server.toml, see plan/.
    { endpoint.server_arguments() } -> std::same_as<std::vector<std::string>>;
    // One that a user might choose to start the server by hand.
    { endpoint.by_hand() } -> std::same_as<E>;
    // The options with which volley measures the server there.
    { endpoint.client_arguments() } -> std::same_as<std::vector<std::string>>;

    { endpoint.limits(facts, server_is_ours) } -> std::same_as<EndpointLimits>;
    // std::vector<Transport<…>>: one for each address that the endpoint may mean, in the order in
    // which to try them; at least one. Throws Error(failed) if there is none.
    endpoint.transports();
    // For a server that is meant to bypass the kernel: a text that says how many of the connections
    // the kernel carries, or "" if none. sockets: the inodes of those that the server's processes
    // hold.
    { endpoint.carried_by_kernel(process, sockets, connections) } -> std::same_as<std::string>;
};

}  // namespace volley
