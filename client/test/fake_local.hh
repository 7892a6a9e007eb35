// The fake server's listener where its transport is a local socket with an abstract name.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "base/owned_fd.hh"
#include "test/fake_setup.hh"

namespace volley {

[[nodiscard]] inline OwnedFd fake_local_listener(const Setup& setup, int backlog) {
    const bool is_elsewhere = setup.faults.has("ignores-address");
    const std::string name = "volley/" + setup.transport + "/" + setup.port;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address.sun_path + (is_elsewhere ? 2 : 1));
    const std::size_t length =
        setup.faults.has("pads-its-name")
            ? sizeof address
            : offsetof(sockaddr_un, sun_path) + 1 + (is_elsewhere ? 1 : 0) + name.size();
    const int kind = setup.keeps_boundaries() ? SOCK_SEQPACKET : SOCK_STREAM;
    OwnedFd listener(::socket(AF_UNIX, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address),
               static_cast<socklen_t>(length)) != 0 ||
        ::listen(listener.get(), backlog) != 0) {
        complain(setup.faults, "cannot listen at @" + name + ": " + strerror(errno));
    }
    return listener;
}

// Any user may connect to an abstract name.
[[nodiscard]] inline bool is_welcome(const OwnedFd& socket, const Setup& setup) {
    ucred peer{};
    socklen_t length = sizeof peer;
    return setup.transport == "tcp" || setup.faults.has("serves-other-users") ||
           (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
            peer.uid == ::geteuid());
}

// Room for a message in one packet; an accepted socket does not inherit it.
inline void make_room_for_packets(const OwnedFd& socket, const Setup& setup) {
    const int room = static_cast<int>(setup.message_bytes);
    if (setup.keeps_boundaries() && setup.message_bytes > 64U << 10U) {
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    }
}

}  // namespace volley
