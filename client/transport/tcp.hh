// The TCP channel.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "base/owned_fd.hh"
#include "base/units.hh"
#include "transport/address.hh"
#include "transport/channel.hh"

namespace volley {

class TcpChannel {
  public:
    // Begins to connect without waiting: the channel is usable once native_handle() becomes
    // writable and connect_result() is 0. time_limit: of one receive where `receiving` is `waits`.
    // When the channel goes, the connection ends by RST, and no port of this machine waits.
    static TcpChannel open(const Address& address, Receiving receiving, Duration time_limit);

    // The errno for which it has failed at once, perhaps without a socket to wait for; 0: it has
    // not.
    [[nodiscard]] int failed_at_once() const { return connect_error_; }
    // 0 where the connection stands, otherwise the errno for which it does not: ETIMEDOUT where no
    // answer has come yet. A connection of a socket to itself, which TCP allows on a port without a
    // listener, counts as refused.
    [[nodiscard]] int connect_result() const;
    // Whether the kernel had to send the connection request, or what came after it, again.
    [[nodiscard]] bool was_sent_again() const;

    // Call once when the connection stands and is verified: from here on receives behave as
    // `receiving` said.
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
    [[nodiscard]] int native_handle() const { return socket_.get(); }
    // Of receiving alone: an end of both sides would be a FIN, after which the port waits.
    void interrupt() { ::shutdown(socket_.get(), SHUT_RD); }

  private:
    static constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;

    TcpChannel(OwnedFd socket, Receiving receiving)
        : socket_(std::move(socket)),
          receive_flags_(receiving == Receiving::at_once ? MSG_DONTWAIT : 0) {}

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

    OwnedFd socket_;
    int receive_flags_;
    int connect_error_ = 0;
};
static_assert(Channel<TcpChannel>);

}  // namespace volley
