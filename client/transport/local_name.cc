#include "transport/local_name.hh"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <limits>
#include <random>

#include "base/error.hh"
#include "base/retry.hh"
#include "transport/endpoint_kind.hh"

namespace volley {

namespace {

constexpr std::size_t name_begins = offsetof(sockaddr_un, sun_path);
constexpr std::uint32_t numbers = std::numeric_limits<std::uint16_t>::max();  // 1 to 65535

// The kernel keeps a packet in one buffer of 4 MiB, its largest allocation, and 17 pages, less its
// own data (tried with Linux 6.18): a larger one gives ENOBUFS, whatever SO_SNDBUF is.
constexpr int largest_packet = 4'263'616;
constexpr int packet_overhead = 32;  // of SO_SNDBUF (unix_dgram_sendmsg in af_unix.c)

bool is_held(const LocalName& name, const LocalAddress& address) {
    const OwnedFd socket = name.socket();
    return socket && ::bind(socket.get(), address.get(), address.length) != 0 &&
           errno == EADDRINUSE;
}

// "process 4711 (node) of user 0"
std::string text_of(const LocalPeer& peer) {
    if (peer.process == 0) {
        return "a process of user " + std::to_string(peer.user) + " in another PID namespace";
    }
    std::string command;
    std::ifstream file("/proc/" + std::to_string(peer.process) + "/comm");
    std::getline(file, command);
    return "process " + std::to_string(peer.process) +
           (command.empty() ? "" : " (" + command + ")") + " of user " + std::to_string(peer.user);
}

std::string listener_text(int socket) {
    const auto peer = local_peer(socket);
    return peer ? text_of(*peer) : "an unknown process";
}

}  // namespace

std::string LocalName::text() const {
    return "@volley/" + std::string(transport) + "/" + std::to_string(number);
}

LocalAddress LocalName::exact() const {
    const std::string name = text();
    LocalAddress address;
    address.storage.sun_family = AF_UNIX;
    // The first byte stays zero: the mark of an abstract name.
    std::copy(name.begin() + 1, name.end(), address.storage.sun_path + 1);
    address.length = static_cast<socklen_t>(name_begins + name.size());
    return address;
}

LocalAddress LocalName::padded() const {
    LocalAddress address = exact();
    address.length = sizeof address.storage;
    return address;
}

OwnedFd LocalName::socket() const {
    OwnedFd made(::socket(AF_UNIX, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (kind == SOCK_SEQPACKET) {
        // The kernel takes net.core.wmem_max if that is less. Only what is in flight uses memory.
        const int room = largest_packet;
        ::setsockopt(made.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    }
    return made;
}

OwnedFd LocalName::listen() const {
    OwnedFd listener = socket();
    const LocalAddress address = exact();
    const bool listens = ::bind(listener.get(), address.get(), address.length) == 0 &&
                         ::listen(listener.get(), SOMAXCONN) == 0;
    return listens ? std::move(listener) : OwnedFd();
}

std::size_t most_packet_bytes() {
    const OwnedFd socket = LocalName{.transport = "", .kind = SOCK_SEQPACKET}.socket();
    int room = 0;
    socklen_t length = sizeof room;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &room, &length) != 0) {
        return TransportFacts{}.packet_bytes;
    }
    return static_cast<std::size_t>(std::min(room - packet_overhead, largest_packet));
}

bool is_name_taken(const LocalName& name) {
    return is_held(name, name.exact()) || is_held(name, name.padded());
}

LocalName free_name(LocalName name) {
    std::random_device random;
    const std::uint32_t first = random();
    for (std::uint32_t step = 0; step < numbers; ++step) {
        name.number = static_cast<std::uint16_t>((first % numbers + step) % numbers + 1);
        if (!is_name_taken(name)) {
            return name;
        }
    }
    throw Error(
        ExitCode::failed,
        "no free name: each of @volley/" + std::string(name.transport) + "/1 to 65535 is taken",
        "end the processes that listen there (ss -xl shows them)");
}

int connect_local(int socket, const LocalName& name) {
    const auto attempt = [&](const LocalAddress& address) {
        const int result =
            retry_on_eintr([&] { return ::connect(socket, address.get(), address.length); });
        return result == 0 ? 0 : errno;
    };
    int error = attempt(name.exact());
    if (error == ECONNREFUSED) {
        error = attempt(name.padded());
    }
    if (error != 0) {
        return error;
    }
    const auto peer = local_peer(socket);
    return peer && peer->user == ::geteuid() ? 0 : another_users;
}

std::optional<LocalPeer> local_peer(int socket) {
    ucred found{};
    socklen_t length = sizeof found;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &length) != 0) {
        return std::nullopt;
    }
    return LocalPeer{.user = found.uid, .process = found.pid};
}

Refusal explain_local_failure(int error, int socket, const LocalName& name) {
    const std::string transport(name.transport);
    switch (error) {
        case another_users:
            return {listener_text(socket) + " listens there, and this is user " +
                        std::to_string(::geteuid()),
                    "run server and client as the same user, or take another number with -p"};
        case ECONNREFUSED:
            return {errno_text(error) + ": nothing listens there",
                    "start a server there (-p " + std::to_string(name.number) + " -t " + transport +
                        "), in the same network namespace, or let volley start one: volley "
                        "--transport " +
                        transport + " -- SERVER"};
        case EAGAIN:
        case ETIMEDOUT:
            return {"the listen queue stayed full: the server accepts nothing",
                    "look at the server; call listen(fd, SOMAXCONN) in it, or raise "
                    "--connect-timeout"};
        case EMFILE:
            return {errno_text(error) + ": this process has reached its descriptor limit",
                    "raise the descriptor limit (ulimit -n), or open fewer connections with "
                    "--clients"};
        case ENFILE:
            return {errno_text(error) + ": the machine has reached its descriptor limit",
                    "raise fs.file-max with sysctl, or open fewer connections with --clients"};
        case EACCES:
        case EPERM:
            return {errno_text(error) + ": it is not permitted",
                    "check what the security module or the container allows"};
        default:
            return {errno_text(error), "check what the container allows"};
    }
}

std::optional<Refusal> refuse_stranger(int socket, const std::vector<pid_t>& processes) {
    const auto peer = local_peer(socket);
    if (!peer || peer->process == 0 ||
        std::find(processes.begin(), processes.end(), peer->process) != processes.end()) {
        return std::nullopt;
    }
    return Refusal{text_of(*peer) + " listens there, which is not the server that was started",
                   "end it, or repeat the measurement: it then takes another number"};
}

std::string carried_by_local_sockets(std::size_t sockets, std::size_t connections) {
    return sockets == 0 ? ""
                        : "the kernel carries all of the " + std::to_string(connections) +
                              " connections: they are Unix sockets";
}

}  // namespace volley
