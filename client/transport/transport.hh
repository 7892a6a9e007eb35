// Opens channels of one kind to one address of a server.
//
// Transports with the same kind of channel share this type, so that each template over the channel
// is built once for the kind. The functions are called while a run is set up, never in the measured
// loop.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hh"
#include "transport/channel.hh"
#include "transport/refusal.hh"

namespace volley {

template <typename C>
struct Transport {
    static_assert(Channel<C>);
    using ChannelType = C;

    std::string text;  // the address, for messages: "127.0.0.1:9000"
    std::string host;  // the numeric host, as in results; "" if there is none
    // Begins to open a channel; proceed_open() continues and reports failure. time_limit: of one
    // receive that waits.
    std::function<C(Receiving receiving, Duration time_limit)> open;
    // error: from proceed_open(), or ETIMEDOUT if it was pending for too long.
    std::function<Refusal(const C& channel, int error)> explain;
    // For a server that this program started: why an open channel leads to none of its processes;
    // none: it leads to one, or the kernel does not show where it leads. Null: the transport cannot
    // tell.
    std::function<std::optional<Refusal>(const C& channel, const std::vector<pid_t>& server)>
        refuse_stranger{};
};

}  // namespace volley
