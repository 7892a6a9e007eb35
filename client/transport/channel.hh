// What every transport is to the rest of the program, on one screen.
//
// A channel carries bytes both ways between one connection of the client and the server. It is
// opened in steps; once it is settled, its calls never throw and never allocate. Whoever waits for
// it asks what for: most channels name a descriptor for each direction, and one that has none is
// asked again and again.
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

// How far a channel has been opened: done, pending or failed.
struct Opened {
    Progress progress = Progress::pending;
    int error = 0;  // errno where progress is failed; the transport explains it
};

// How a channel's receive behaves; sending never waits.
enum class Receiving {
    waits,    // sleeps in the kernel until something comes or the time limit passes
    at_once,  // returns pending where nothing is there
};

// What must happen before another call is of use.
struct WaitsFor {
    int handle = -1;   // a descriptor; -1: there is none, the channel itself must be asked
    short events = 0;  // of poll(2); those of epoll(7) are the same bits

    bool operator==(const WaitsFor&) const = default;
};

// What a kind of channel is like, known when the program is built.
struct ChannelTraits {
    bool pollable = false;          // it names a descriptor for all that it waits for
    bool keeps_boundaries = false;  // a receive takes one whole message; room that is too small
                                    // cuts it
    bool may_lose = false;          // messages may be lost, repeated or overtake each other
};

template <typename C>
concept Channel = std::movable<C> &&
    requires(C channel, const C& same, std::span<const std::byte> bytes,
             std::span<std::byte> room) {
    { C::traits } -> std::same_as<const ChannelTraits&>;

    // Takes the opening as far as it goes without waiting. Pending: call again when what
    // waits_to_open() names has happened.
    { channel.proceed_open() } -> std::same_as<Opened>;
    { same.waits_to_open() } -> std::same_as<WaitsFor>;
    // Whether something of the opening had to be sent again, as where a listen queue is too short.
    { same.was_sent_again() } -> std::same_as<bool>;
    // Call once when the channel is open and verified: from here on try_receive behaves as
    // Receiving says. Until then only receive_now is called.
    { channel.settle() } -> std::same_as<void>;

    // Offers head, then tail, without waiting; fewer bytes than offered may be taken.
    { channel.try_send(bytes, bytes) } -> std::same_as<Transferred>;
    // As Receiving says. room: not empty.
    { channel.try_receive(room) } -> std::same_as<Transferred>;
    // Without waiting, whatever Receiving says.
    { channel.receive_now(room) } -> std::same_as<Transferred>;
    // The two may be one handle with two events, two handles, or (shared memory) an event for each
    // direction. They stay as they are once the channel is open.
    { same.waits_to_receive() } -> std::same_as<WaitsFor>;
    { same.waits_to_send() } -> std::same_as<WaitsFor>;
    // Makes waiting calls of another thread return. The one call that another thread may make.
    { channel.interrupt() } -> std::same_as<void>;
};

}  // namespace volley
