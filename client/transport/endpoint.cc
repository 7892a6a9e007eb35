#include "transport/endpoint.hh"

#include "base/error.hh"
#include "transport/local_name.hh"
#include "transport/ports.hh"

namespace volley {

namespace {

template <typename... E>
constexpr bool all_are_endpoints(const std::variant<E...>* /*list*/) {
    return (EndpointKind<E> && ...);
}
static_assert(all_are_endpoints(static_cast<const AnyEndpoint*>(nullptr)));

template <typename Visit, typename... E>
void for_each_of(const std::variant<E...>* /*list*/, Visit visit) {
    (visit(E()), ...);
}

// Calls visit with a default object of each kind.
template <typename Visit>
void for_each_kind(Visit visit) {
    for_each_of(static_cast<const AnyEndpoint*>(nullptr), visit);
}

}  // namespace

std::vector<std::string> transport_names() {
    std::vector<std::string> names;
    for_each_kind([&](const auto& kind) {
        if (kind.is_for_users) {
            names.emplace_back(kind.transport);
        }
    });
    return names;
}

TransportFacts read_transport_facts() {
    return {.local_ports = local_ports(), .packet_bytes = most_packet_bytes()};
}

Endpoint::Endpoint(const std::string& host, std::uint16_t number)
    : which_(std::variant_alternative_t<0, AnyEndpoint>(host, number)) {}

Endpoint::Endpoint(std::string_view transport, const std::string& host, std::uint16_t number) {
    bool is_found = false;
    for_each_kind([&](auto kind) {
        if (kind.transport == transport) {
            which_ = decltype(kind)(host, number);
            is_found = true;
        }
    });
    ensure(is_found, "there is such a transport");
}

std::string_view Endpoint::transport() const {
    return std::visit([](const auto& one) { return std::string_view(one.transport); }, which_);
}

std::string Endpoint::text() const {
    return std::visit([](const auto& one) { return one.text(); }, which_);
}

std::string Endpoint::host() const {
    return std::visit([](const auto& one) { return one.host(); }, which_);
}

Endpoint Endpoint::on_host(const std::string& host) const {
    return std::visit([&](const auto& one) { return Endpoint(one.on_host(host)); }, which_);
}

Endpoint Endpoint::on_this_machine() const {
    return std::visit([](const auto& one) { return Endpoint(one.on_this_machine()); }, which_);
}

Endpoint Endpoint::fresh() const {
    return std::visit([](const auto& one) { return Endpoint(one.fresh()); }, which_);
}

bool Endpoint::is_taken() const {
    return std::visit([](const auto& one) { return one.is_taken(); }, which_);
}

Endpoint Endpoint::by_hand() const {
    return std::visit([](const auto& one) { return Endpoint(one.by_hand()); }, which_);
}

std::vector<std::string> Endpoint::server_arguments() const {
    return std::visit([](const auto& one) { return one.server_arguments(); }, which_);
}

std::vector<std::string> Endpoint::client_arguments() const {
    return std::visit([](const auto& one) { return one.client_arguments(); }, which_);
}

EndpointLimits Endpoint::limits(const TransportFacts& facts, bool server_is_ours) const {
    return std::visit([&](const auto& one) { return one.limits(facts, server_is_ours); }, which_);
}

std::string Endpoint::carried_by_kernel(pid_t process, const std::set<std::string>& sockets,
                                        std::size_t connections) const {
    return std::visit(
        [&](const auto& one) { return one.carried_by_kernel(process, sockets, connections); },
        which_);
}

}  // namespace volley
