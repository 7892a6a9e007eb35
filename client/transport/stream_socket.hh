// A connection that is a stream socket, connected by its transport: the channel of TCP, and of
// whatever else the kernel gives such a socket for.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "base/owned_fd.hh"
#include "base/units.hh"
#include "transport/channel.hh"

namespace volley {

class StreamSocket {
  public:
    static constexpr ChannelTraits traits{
        .pollable = true, .keeps_boundaries = false, .may_lose = false};

    // socket: does not block, and is connected or about to be. error: the errno for which it will
    // not be; 0: none so far. time_limit: of one receive where `receiving` is `waits`. Throws Error
    // where that cannot be had.
    StreamSocket(OwnedFd socket, int error, Receiving receiving, Duration time_limit);

    // A connection of a socket to itself, which TCP allows on a port without a listener, counts as
    // refused.
    [[nodiscard]] Opened proceed_open();
    [[nodiscard]] WaitsFor waits_to_open() const { return waits_to_send(); }
    // Whether the kernel had to send the connection request, or what came after it, again. Of a
    // socket of another family than TCP's: false.
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
    // Of receiving alone: an end of both sides would be a FIN, after which the port waits.
    void interrupt() { ::shutdown(socket_.get(), SHUT_RD); }

  private:
    static constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;

    [[nodiscard]] Transferred send_both(std::span<const std::byte> head,
                                        std::span<const std::byte> tail);
    [[nodiscard]] static Transferred outcome(ssize_t result) {
        if (result >= 0) [[likely]] {
            return {.progress = Progress::done, .bytes = static_cast<std::size_t>(result)};
        }
        const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        return {.progress = again ? Progress::pending : Progress::failed, .error = errno};
    }
    [[nodiscard]] static Transferred received(ssize_t result) {
        if (result == 0) {
            return {.progress = Progress::closed};
        }
        return outcome(result);
    }

    // Why the connection does not stand although the socket is writable; 0: it does.
    [[nodiscard]] int connect_error() const;

    OwnedFd socket_;
    int receive_flags_;
    Opened opened_;
};
static_assert(Channel<StreamSocket>);

}  // namespace volley
