#include "transport/tcp_endpoint.hh"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hh"
#include "transport/address.hh"
#include "transport/connect_failure.hh"
#include "transport/kernel_table.hh"
#include "transport/stream_socket.hh"
#include "transport/transport.hh"

namespace volley {

namespace {

// Begins to connect without waiting. When the channel is destroyed, the connection ends by RST, so
// no port of this machine is left in TIME_WAIT.
StreamSocket connect(const Address& address, Receiving receiving, Duration time_limit) {
    OwnedFd socket(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) {
        const int error = errno;
        return {std::move(socket), error, receiving, time_limit};
    }
    const int on = 1;
    if (::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        throw_errno("messages cannot be sent at once (TCP_NODELAY)", errno,
                    "allow setsockopt: figures would show the waiting of the kernel");
    }
    // The connection always ends by RST. After a FIN its port would wait for a minute, and after
    // ten runs of 3,000 connections to one server no port would be left.
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    const bool has_begun = ::connect(socket.get(), address.get(), address.length) == 0 ||
                           errno == EINPROGRESS || errno == EINTR;
    const int error = has_begun ? 0 : errno;
    return {std::move(socket), error, receiving, time_limit};
}

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1" || host == "localhost";
}

}  // namespace

std::string TcpEndpoint::text() const {
    return host_ + ":" + std::to_string(port_);
}

TcpEndpoint TcpEndpoint::on_this_machine() const {
    return on_host(own_address(host_));
}

TcpEndpoint TcpEndpoint::fresh() const {
    return {host_, free_port(host_)};
}

bool TcpEndpoint::is_taken() const {
    return is_port_taken(host_, port_);
}

std::vector<std::string> TcpEndpoint::server_arguments() const {
    return arguments_with("-b");
}

std::vector<std::string> TcpEndpoint::client_arguments() const {
    return arguments_with("--host");
}

std::vector<std::string> TcpEndpoint::arguments_with(const char* host_option) const {
    std::vector<std::string> arguments{"-p", std::to_string(port_)};
    if (host_ != default_host) {
        arguments.insert(arguments.end(), {host_option, host_});
    }
    return arguments;
}

EndpointLimits TcpEndpoint::limits(const TransportFacts& facts, bool server_is_ours) {
    // The port of a server that we start comes from the same range.
    const std::uint32_t ports = facts.local_ports;
    return {.most_connections = server_is_ours && ports > 0 ? ports - 1 : ports,
            .why_no_more = std::string("needs as many local ports towards one server") +
                           (server_is_ours ? ", and the server one" : "") +
                           "; the kernel hands out " + std::to_string(ports),
            .remedy = "widen net.ipv4.ip_local_port_range with sysctl, or open fewer"};
}

std::vector<Transport<StreamSocket>> TcpEndpoint::transports() const {
    std::vector<Transport<StreamSocket>> all;
    for (const Address& address : resolve_all(host_, port_)) {
        all.push_back(
            {.text = address.text,
             .host = address.host,
             .open = [address](
                         Receiving receiving,
                         Duration time_limit) { return connect(address, receiving, time_limit); },
             .explain = [address](const StreamSocket& /*channel*/,
                                  int error) { return explain_connect_failure(error, address); }});
    }
    return all;
}

std::string TcpEndpoint::carried_by_kernel(pid_t process, const std::set<std::string>& sockets,
                                           std::size_t connections) const {
    const std::size_t carried = count_rows(tables_of(process), table_established, port_, sockets);
    if (carried == 0) {
        return "";
    }
    return "the kernel's own TCP carries " + std::to_string(std::min(carried, connections)) +
           " of the " + std::to_string(connections) + " connections" +
           (is_loopback(host_) ? ", as it always does at " + host_ + ", the loopback" : "");
}

}  // namespace volley
