// Checks that a server that is meant to bypass the kernel does so. If a preloaded stack is missing,
// finds no network card or is asked for the loopback, it silently serves through the kernel, and
// the figure would appear under the wrong name.
//
// There are two checks. The program `offload` beside the server knows its stack (servers/README.md,
// "Servers that bypass the kernel"). The kernel's tables list the connections of a server only if
// the kernel carries them.
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
    Endpoint endpoint;            // where the server listens
    std::size_t connections = 0;  // open, each with a reply
};

// "offloaded", or "not offloaded: REASON"; the latter includes that the check could not be made.
// Call it while all connections are open, and outside the measured part: it starts a process, which
// is gone when it returns, after 5 s at most. signals: may be null.
[[nodiscard]] std::string check_offload(const OffloadCheck& check, const ServerProcess& server,
                                        Signals* signals);

// The verdict in the output of `offload`. how_it_ended: as ServerProcess words it.
[[nodiscard]] std::string offload_verdict(std::string_view printed, std::string_view how_it_ended);

}  // namespace volley
