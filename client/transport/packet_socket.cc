#include "transport/packet_socket.hh"

#include <poll.h>

#include "base/retry.hh"

namespace volley {

bool PacketSocket::has_ended() const {
    pollfd end{.fd = socket_.waits_to_receive().handle, .events = POLLRDHUP, .revents = 0};
    return retry_on_eintr([&] { return ::poll(&end, 1, 0); }) != 0;
}

}  // namespace volley
