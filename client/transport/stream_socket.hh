// A connection over a stream socket that its transport has connected: the channel of TCP, and of
// any other transport with such a socket.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "base/owned_fd.hh"
#include "base/units.hh"
#include "transport/channel.hh"
#include "transport/local_connector.hh"

namespace volley {

class StreamSocket {
  public:
    static constexpr ChannelTraits traits{
        .pollable = true, .keeps_boundaries = false, .may_lose = false};

    // socket: non-blocking, and connected or connecting. error: the errno with which connecting
    // failed; 0: none so far. time_limit: of one receive if `receiving` is `waits`. Throws Error if
    // the limit cannot be set. connector: of a local socket, which is not connected yet.
    StreamSocket(OwnedFd socket, int error, Receiving receiving, Duration time_limit,
                 LocalConnector connector = {});

    // A socket connected to itself, which TCP allows on a port without a listener, counts as
    // refused.
    [[nodiscard]] Opened proceed_open();
    [[nodiscard]] WaitsFor waits_to_open() const {
        const bool asks_again = connector_ && opened_.progress == Progress::pending;
        return asks_again ? WaitsFor{} : waits_to_send();
    }
    // Whether the kernel had to send the connection request, or what followed it, again. False for
    // sockets other than TCP.
    [[nodiscard]] bool was_sent_again() const;
    void settle();

    [[nodiscard]] Transferred try_send(std::span<const std::byte> head,
                                       std::span<const std::byte> tail) {
        if (tail.empty()) [[likely]] {
            return outcome(::send(socket_.get(), head.data(), head.size(), send_flags));
        }
        return send_both(head, tail);
    }
    [[nodiscard]] Transferred try_receive(std::span<std::byte> room) {
        return received(::recv(socket_.get(), room.data(), room.size(), receive_flags_));
    }
    [[nodiscard]] Transferred receive_now(std::span<std::byte> room) {
        return received(::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT));
    }
    [[nodiscard]] WaitsFor waits_to_receive() const {
        return {.handle = socket_.get(), .events = POLLIN};
    }
    [[nodiscard]] WaitsFor waits_to_send() const {
        return {.handle = socket_.get(), .events = POLLOUT};
    }
    // Shuts down receiving only: shutting down both would send a FIN, which leaves the port in
    // TIME_WAIT.
    void interrupt() { ::shutdown(socket_.get(), SHUT_RD); }

  private:
    static constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;

    [[nodiscard]] Transferred send_both(std::span<const std::byte> head,
                                        std::span<const std::byte> tail);
    [[nodiscard]] Transferred outcome(ssize_t result) const {
        if (result >= 0) [[likely]] {
            return {.progress = Progress::done, .bytes = static_cast<std::size_t>(result)};
        }
        const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        return again ? Transferred{.progress = Progress::pending, .error = errno} : broken(errno);
    }
    // A local socket reports a reset if its peer ended with unread data, as a killed process does.
    // TCP reports one only if the peer wanted it.
    [[nodiscard]] Transferred broken(int error) const;
    [[nodiscard]] Transferred received(ssize_t result) const {
        if (result == 0) {
            return {.progress = Progress::closed};
        }
        return outcome(result);
    }

    // Why there is no connection although the socket is writable; 0: there is one.
    [[nodiscard]] int connect_error() const;

    OwnedFd socket_;
    int receive_flags_;
    Opened opened_;
    LocalConnector connector_;
};
static_assert(Channel<StreamSocket>);

}  // namespace volley
