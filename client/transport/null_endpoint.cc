#include "transport/null_endpoint.hh"

#include <sys/eventfd.h>

#include <cerrno>

#include "base/error.hh"
#include "transport/null.hh"
#include "transport/transport.hh"

namespace volley {

EndpointLimits NullEndpoint::limits(const TransportFacts& /*facts*/, bool /*server_is_ours*/) {
    return {.least_message_bytes = challenge_bytes, .most_message_bytes = challenge_bytes};
}

std::vector<Transport<NullChannel>> NullEndpoint::transports() {
    const auto open = [](Receiving /*receiving*/, Duration /*time_limit*/) {
        OwnedFd ready(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
        const int error = ready ? 0 : errno;
        return NullChannel(std::move(ready), error);
    };
    const auto explain = [](const NullChannel& /*channel*/, int error) {
        return Refusal{"no eventfd to wait for: " + errno_text(error),
                       "raise the descriptor limit (ulimit -n)"};
    };
    return {{.text = text(), .host = host(), .open = open, .explain = explain}};
}

}  // namespace volley
