#include "run/open_connections.hh"

#include <string>

#include "base/error.hh"
#include "base/program.hh"
#include "base/units.hh"

namespace volley {

void fail_at_deadline(const Standing& standing, const RunSpec& spec) {
    const std::size_t sent_again = standing.sent_again.load(std::memory_order_relaxed);
    std::string what = "only " + std::to_string(standing.verified.load(std::memory_order_relaxed)) +
                       " of " + std::to_string(spec.connections) +
                       " connections were opened and answered within " +
                       format_nanoseconds(static_cast<double>(spec.connect_timeout.count())) +
                       " (--connect-timeout)";
    if (sent_again == 0) {
        throw Error(ExitCode::failed, what,
                    "raise --connect-timeout, lower --clients, or check the server with " +
                        call_of("conform"));
    }
    throw Error(ExitCode::failed,
                what + ", and " + std::to_string(sent_again) +
                    " had to wait for a second or more because their first request got no answer: "
                    "the likely cause is that the server's listen queue is too short",
                "call listen(fd, SOMAXCONN) in the server and check net.core.somaxconn, or raise "
                "--connect-timeout");
}

}  // namespace volley
