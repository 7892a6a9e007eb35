// The closed loop: a connection's next challenge is due when its last reply is in.
//
// A pacer is pure: it says when challenge k is due and knows nothing of sockets or threads. The
// closed loop weighs a stall once a connection (coordinated omission); the result is labelled so.
#pragma once

#include <concepts>
#include <string_view>

#include "clock/clock.hh"

namespace volley {

// When is the next challenge due on a connection whose last reply came at `replied`? The round trip
// is counted from what this returns.
template <typename P>
concept Pacer = requires(P pacer, TimePoint replied) {
    { pacer.due(replied) } -> std::same_as<TimePoint>;
    { P::name } -> std::convertible_to<std::string_view>;
};

struct ClosedLoop {
    static constexpr std::string_view name = "closed loop";

    [[nodiscard]] TimePoint due(TimePoint replied) const { return replied; }
};
static_assert(Pacer<ClosedLoop>);

}  // namespace volley
