// The name at which the local transports meet: an abstract Unix socket, which has no file and is
// gone with its last descriptor.
//
// A server listens on "\0volley/TRANSPORT/PORT", exactly that long. Node.js pads a name with zeros
// to the length of the address, so a client tries both. Abstract names belong to the network
// namespace, and any user may connect to one: whoever connects must look at the listener's user.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/owned_fd.hh"
#include "transport/refusal.hh"

namespace volley {

struct LocalAddress {
    sockaddr_un storage{};
    socklen_t length = 0;

    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

// kind: of socket, SOCK_STREAM or SOCK_SEQPACKET. transport: outlives the object.
struct LocalName {
    std::string_view transport;
    int kind = SOCK_STREAM;
    std::uint16_t number = 0;

    // "@volley/unix/9000", as ss shows it.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] LocalAddress exact() const;
    [[nodiscard]] LocalAddress padded() const;
    // Non-blocking, and with room for the largest packet. On failure none, and errno is set.
    [[nodiscard]] OwnedFd socket() const;
    // A socket that listens there under the exact name. On failure none, and errno is set.
    [[nodiscard]] OwnedFd listen() const;
};

// The most bytes that a packet of a Unix socket carries here.
[[nodiscard]] std::size_t most_packet_bytes();

// Whether a process holds the name, in either form.
[[nodiscard]] bool is_name_taken(const LocalName& name);
// The same name with a number that no process holds, chosen at random. Another process may take it
// before the server does. Throws Error(failed) if every number is taken.
[[nodiscard]] LocalName free_name(LocalName name);

// What connect_local returns if another user listens there.
inline constexpr int another_users = -1;
// Connects without waiting: 0, EAGAIN if the listen queue is full, the errno of a refusal, or
// another_users.
[[nodiscard]] int connect_local(int socket, const LocalName& name);

// The process that called listen(2), as the kernel noted it. process 0: in another PID namespace.
struct LocalPeer {
    uid_t user = 0;
    pid_t process = 0;
};
[[nodiscard]] std::optional<LocalPeer> local_peer(int socket);

// Why a connection could not be opened. socket: of the attempt.
[[nodiscard]] Refusal explain_local_failure(int error, int socket, const LocalName& name);
// Why the listener is none of these processes; none: it is one, or the kernel does not show it.
[[nodiscard]] std::optional<Refusal> refuse_stranger(int socket,
                                                     const std::vector<pid_t>& processes);

// For a server that is meant to bypass the kernel: as EndpointKind says.
[[nodiscard]] std::string carried_by_local_sockets(std::size_t sockets, std::size_t connections);

}  // namespace volley
