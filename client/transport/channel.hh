// The interface of every transport to the rest of the program.
//
// A channel carries the bytes of one connection in both directions. It is opened in steps; once
// settled, its calls never throw and never allocate. A caller that has to wait asks the channel for
// a descriptor: most channels name one for each direction; a channel without one must be polled by
// calling it again.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

namespace volley {

enum class Progress {
    done,     // at least one byte moved (or none was requested)
    pending,  // would block now, or the channel's time limit passed
    closed,   // the peer has ended its side
    failed,   // see `error`
};

struct Transferred {
    Progress progress = Progress::pending;
    std::size_t bytes = 0;
    int error = 0;  // errno where progress is failed
};

// The state of opening a channel: done, pending or failed.
struct Opened {
    Progress progress = Progress::pending;
    int error = 0;  // errno where progress is failed; the transport explains it
};

// How a channel receives; sending never waits.
enum class Receiving {
    waits,    // sleeps in the kernel until data arrives or the time limit passes
    at_once,  // returns pending if nothing is there
};

// What to wait for before calling again.
struct WaitsFor {
    int handle = -1;   // a descriptor; -1: none, the channel itself must be called again
    short events = 0;  // of poll(2); those of epoll(7) are the same bits

    bool operator==(const WaitsFor&) const = default;
};

// The properties of a kind of channel, known at compile time.
struct ChannelTraits {
    bool pollable = false;          // it names a descriptor for everything it waits for
    bool keeps_boundaries = false;  // a receive takes one whole message; too small a buffer
                                    // truncates it
    bool may_lose = false;          // messages may be lost, repeated or reordered
};

template <typename C>
concept Channel = std::movable<C> &&
    requires(C channel, const C& same, std::span<const std::byte> bytes,
             std::span<std::byte> room) {
    { C::traits } -> std::same_as<const ChannelTraits&>;

    // Continues the opening as far as possible without waiting. Pending: call again when what
    // waits_to_open() names has happened.
    { channel.proceed_open() } -> std::same_as<Opened>;
    { same.waits_to_open() } -> std::same_as<WaitsFor>;
    // Whether part of the opening had to be sent again, for example because a listen queue is too
    // short.
    { same.was_sent_again() } -> std::same_as<bool>;
    // Call once when the channel is open and verified: from here on try_receive behaves as
    // Receiving says. Until then only receive_now is called.
    { channel.settle() } -> std::same_as<void>;

    // Offers head, then tail, without waiting; fewer bytes than offered may be taken.
    { channel.try_send(bytes, bytes) } -> std::same_as<Transferred>;
    // As Receiving says. room: not empty.
    { channel.try_receive(room) } -> std::same_as<Transferred>;
    // Never waits, whatever Receiving says.
    { channel.receive_now(room) } -> std::same_as<Transferred>;
    // The two may be one handle with two events, two handles, or (shared memory) an event for each
    // direction. They do not change once the channel is open.
    { same.waits_to_receive() } -> std::same_as<WaitsFor>;
    { same.waits_to_send() } -> std::same_as<WaitsFor>;
    // Makes waiting calls of another thread return. The only call that another thread may make.
    { channel.interrupt() } -> std::same_as<void>;
};

}  // namespace volley
