// Connects a local socket that has a name of its own.
//
// Such a socket connects at once or not at all. If the listen queue is full (EAGAIN), nothing tells
// when it has room, so the channel asks again. Two plain members, because there may be ten thousand
// channels.
#pragma once

#include <cerrno>
#include <cstdint>

#include "transport/channel.hh"

namespace volley {

struct LocalConnector {
    // 0, EAGAIN, or why it is refused. Null: the socket needs none.
    int (*connect)(int socket, std::uint16_t number) = nullptr;
    std::uint16_t number = 0;

    [[nodiscard]] explicit operator bool() const { return connect != nullptr; }
    [[nodiscard]] Opened attempt(int socket) const {
        const int error = connect(socket, number);
        const Progress refused = error == EAGAIN ? Progress::pending : Progress::failed;
        return {.progress = error == 0 ? Progress::done : refused, .error = error};
    }
};

}  // namespace volley
