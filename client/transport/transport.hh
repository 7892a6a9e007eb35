// How channels of one kind are opened to one place of a server.
//
// Transports whose channels are of one kind share this type, so that whatever is a template over
// the channel is built once for the kind. The functions are called while a run is set up, never in
// the measured loop.
#pragma once

#include <functional>
#include <string>

#include "base/units.hh"
#include "transport/channel.hh"
#include "transport/refusal.hh"

namespace volley {

template <typename C>
struct Transport {
    static_assert(Channel<C>);
    using ChannelType = C;

    std::string text;  // the place, for messages: "127.0.0.1:9000"
    std::string host;  // its numeric address, as results have it; "" where it has none
    // Begins to open a channel; proceed_open() goes on with it and reports why there is none.
    // time_limit: of one receive that waits.
    std::function<C(Receiving receiving, Duration time_limit)> open;
    // error: as proceed_open() said, or ETIMEDOUT where it was pending for too long.
    std::function<Refusal(const C& channel, int error)> explain;
};

}  // namespace volley
