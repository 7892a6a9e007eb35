#include "transport/stream_socket.hh"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <array>
#include <cstring>

#include "base/error.hh"
#include "base/retry.hh"

namespace volley {

namespace {

tcp_info information(int socket) {
    tcp_info info{};
    socklen_t length = sizeof info;
    ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length);
    return info;
}

}  // namespace

StreamSocket::StreamSocket(OwnedFd socket, int error, Receiving receiving, Duration time_limit,
                           LocalConnector connector)
    : socket_(std::move(socket)),
      receive_flags_(receiving == Receiving::at_once ? MSG_DONTWAIT : 0),
      opened_({.progress = error == 0 ? Progress::pending : Progress::failed, .error = error}),
      connector_(connector) {
    if (error == 0 && receiving == Receiving::waits) {
        // Rounded before it is split: 999,999,999 ns must become one second, because the kernel
        // refuses a million microseconds.
        const auto whole = std::chrono::ceil<std::chrono::microseconds>(time_limit);
        const auto seconds = std::chrono::floor<std::chrono::seconds>(whole);
        const timeval limit{.tv_sec = seconds.count(), .tv_usec = (whole - seconds).count()};
        if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) {
            throw_errno("the wait for a reply cannot be limited (SO_RCVTIMEO)", errno,
                        "allow setsockopt, or use --driver wait");
        }
    }
}

void StreamSocket::settle() {
    if (receive_flags_ == 0) {
        const int flags = ::fcntl(socket_.get(), F_GETFL);
        if (::fcntl(socket_.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) {
            throw_errno("a connection cannot be made to wait", errno,
                        "allow fcntl, or use --driver wait");
        }
    }
}

bool StreamSocket::was_sent_again() const {
    const tcp_info info = information(socket_.get());
    return info.tcpi_total_retrans > 0 || info.tcpi_retransmits > 0;
}

Opened StreamSocket::proceed_open() {
    if (opened_.progress == Progress::pending && connector_) {
        opened_ = connector_.attempt(socket_.get());
    } else if (opened_.progress == Progress::pending) {
        pollfd writable{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
        if (retry_on_eintr([&] { return ::poll(&writable, 1, 0); }) > 0) {
            const int error = connect_error();
            opened_ = {.progress = error == 0 ? Progress::done : Progress::failed, .error = error};
        }
    }
    return opened_;
}

int StreamSocket::connect_error() const {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
        return error;
    }
    sockaddr_storage local{};
    sockaddr_storage peer{};
    socklen_t local_length = sizeof local;
    socklen_t peer_length = sizeof peer;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&local), &local_length);
    if (::getpeername(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0) {
        return ECONNREFUSED;
    }
    const bool has_ports = local.ss_family == AF_INET || local.ss_family == AF_INET6;
    if (has_ports && local_length == peer_length && std::memcmp(&local, &peer, local_length) == 0) {
        return ECONNREFUSED;
    }
    return 0;
}

Transferred StreamSocket::broken(int error) const {
    const bool has_ended = connector_ && (error == ECONNRESET || error == EPIPE);
    return {.progress = has_ended ? Progress::closed : Progress::failed, .error = error};
}

Transferred StreamSocket::send_both(std::span<const std::byte> head,
                                    std::span<const std::byte> tail) {
    std::array<iovec, 2> parts{{{const_cast<std::byte*>(head.data()), head.size()},
                                {const_cast<std::byte*>(tail.data()), tail.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    return outcome(::sendmsg(socket_.get(), &message, send_flags));
}

}  // namespace volley
