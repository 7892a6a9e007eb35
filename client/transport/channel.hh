// What every transport is to the rest of the program, on one screen.
//
// A channel carries bytes both ways between one connection of the client and the server. It never
// throws in these calls and never allocates. Where it has a native handle, Boost.Asio can wait for
// it; a channel without one (-1) is polled.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

namespace volley {

enum class Progress {
    done,     // at least one byte moved (or nothing was asked for)
    pending,  // would block now, or the channel's own time limit passed
    closed,   // the peer has ended its side
    failed,   // see `error`
};

struct Transferred {
    Progress progress = Progress::pending;
    std::size_t bytes = 0;
    int error = 0;  // errno where progress is failed
};

// How a channel's receive behaves; sending never waits.
enum class Receiving {
    waits,    // sleeps in the kernel until something comes or the time limit passes
    at_once,  // returns pending where nothing is there
};

template <typename C>
concept Channel = requires(C channel, std::span<const std::byte> bytes, std::span<std::byte> room) {
    // Offers head, then tail, without waiting; fewer bytes than offered may be taken.
    { channel.try_send(bytes, bytes) } -> std::same_as<Transferred>;
    // As Receiving says. room: not empty.
    { channel.try_receive(room) } -> std::same_as<Transferred>;
    // Without waiting, whatever Receiving says.
    { channel.receive_now(room) } -> std::same_as<Transferred>;
    { channel.native_handle() } -> std::same_as<int>;
    // Makes waiting calls of another thread return. The one call that another thread may make.
    { channel.interrupt() } -> std::same_as<void>;
};

}  // namespace volley
