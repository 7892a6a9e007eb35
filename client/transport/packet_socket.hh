// A connection over a socket that keeps the boundaries of messages: one message, one packet.
#pragma once

#include <cstddef>

#include "transport/stream_socket.hh"

namespace volley {

class PacketSocket {
  public:
    static constexpr ChannelTraits traits{
        .pollable = true, .keeps_boundaries = true, .may_lose = false};

    // As for StreamSocket: the calls are the same.
    PacketSocket(OwnedFd socket, int error, Receiving receiving, Duration time_limit,
                 LocalConnector connector)
        : socket_(std::move(socket), error, receiving, time_limit, connector) {}

    [[nodiscard]] Opened proceed_open() { return socket_.proceed_open(); }
    [[nodiscard]] WaitsFor waits_to_open() const { return socket_.waits_to_open(); }
    [[nodiscard]] bool was_sent_again() const { return socket_.was_sent_again(); }
    void settle() { socket_.settle(); }

    // Both parts go into one packet: all of it is sent or nothing.
    [[nodiscard]] Transferred try_send(std::span<const std::byte> head,
                                       std::span<const std::byte> tail) {
        return socket_.try_send(head, tail);
    }
    [[nodiscard]] Transferred try_receive(std::span<std::byte> room) {
        return packet(socket_.try_receive(room));
    }
    [[nodiscard]] Transferred receive_now(std::span<std::byte> room) {
        return packet(socket_.receive_now(room));
    }
    [[nodiscard]] WaitsFor waits_to_receive() const { return socket_.waits_to_receive(); }
    [[nodiscard]] WaitsFor waits_to_send() const { return socket_.waits_to_send(); }
    void interrupt() { socket_.interrupt(); }

  private:
    // To recv(2) an empty packet looks like the end of the connection.
    [[nodiscard]] Transferred packet(const Transferred& came) const {
        const bool is_empty = came.progress == Progress::closed && came.error == 0 && !has_ended();
        return is_empty ? Transferred{.progress = Progress::done} : came;
    }
    [[nodiscard]] bool has_ended() const;

    StreamSocket socket_;
};
static_assert(Channel<PacketSocket>);

}  // namespace volley
