// The closed loop: a connection's next challenge is due when its last reply has arrived.
//
// A pacer is pure: it says when challenge k is due and knows nothing of sockets or threads. The
// closed loop counts a stall once for each connection (coordinated omission); the result says so.
#pragma once

#include <concepts>
#include <string_view>

#include "clock/clock.hh"

namespace volley {

// When is the next challenge due on a connection whose last reply came at `replied`? The round trip
// is timed from the moment that this returns.
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
