// Does a server that is meant to bypass the kernel do so? A preloaded stack that is missing, finds
// no network card or is asked for the loopback serves through the kernel without a word, and the
// figure would stand under the wrong name.
//
// Two witnesses: the program `offload` that lies beside the server and knows its stack
// (servers/README.md, "Servers that bypass the kernel"), and the kernel, whose tables
// have the connections of a server only where it carries them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "run/server_process.hh"
#include "run/signals.hh"
#include "transport/endpoint.hh"

namespace volley {

struct OffloadCheck {
    std::string program;          // the path of `offload`
    Endpoint endpoint;            // at which the server listens
    std::size_t connections = 0;  // that stand, each with a reply
};

// "offloaded", or "not offloaded: REASON", which includes that the check could not be made. Call it
// while all connections stand, and outside of what is measured: it starts a process, which is gone
// when it returns, after 5 s at the most. signals: may be null.
[[nodiscard]] std::string check_offload(const OffloadCheck& check, const ServerProcess& server,
                                        Signals* signals);

// The verdict in what `offload` printed. how_it_ended: as ServerProcess words it.
[[nodiscard]] std::string offload_verdict(std::string_view printed, std::string_view how_it_ended);

}  // namespace volley
