// Opens channels over a local socket: what the transports with such a socket share.
#pragma once

#include <cerrno>
#include <utility>
#include <vector>

#include "transport/local_name.hh"
#include "transport/transport.hh"

namespace volley {

// E: the endpoint whose names these are. C: a channel over a socket that a LocalConnector connects.
template <typename E, typename C>
[[nodiscard]] Transport<C> local_transport(const LocalName& name) {
    const auto connect = [](int socket, std::uint16_t number) {
        return connect_local(socket, E::name_of(number));
    };
    const auto open = [name, connect](Receiving receiving, Duration time_limit) {
        OwnedFd socket = name.socket();
        const int error = socket ? 0 : errno;
        C channel(std::move(socket), error, receiving, time_limit,
                  {.connect = connect, .number = name.number});
        static_cast<void>(channel.proceed_open());  // usually all that is needed
        return channel;
    };
    const auto explain = [name](const C& channel, int error) {
        return explain_local_failure(error, channel.waits_to_receive().handle, name);
    };
    const auto refuse = [](const C& channel, const std::vector<pid_t>& server) {
        return refuse_stranger(channel.waits_to_receive().handle, server);
    };
    return {.text = name.text(),
            .host = "",
            .open = open,
            .explain = explain,
            .refuse_stranger = refuse};
}

}  // namespace volley
