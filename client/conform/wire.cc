#include "conform/wire.hh"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "transport/address.hh"

namespace volley {
namespace {

using Clock = std::chrono::steady_clock;

// Waits for one of `events`. Returns those that occurred, or 0 when the time is over.
short wait_for(int socket, short events, Clock::time_point deadline) {
    pollfd entry{socket, events, 0};
    return poll_until(&entry, 1, deadline) > 0 ? entry.revents : short{0};
}

// Did the kernel have to resend the connection request?
bool was_sent_again(int socket) {
    tcp_info info{};
    socklen_t length = sizeof info;
    ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length);
    return info.tcpi_total_retrans > 0 || info.tcpi_retransmits > 0;
}

// Not the client's own code for such names: neither hides a mistake of the other.
Address local_address(const Place& place) {
    const std::string name = place.text();
    Address there;
    auto& local = reinterpret_cast<sockaddr_un&>(there.storage);
    local.sun_family = AF_UNIX;
    std::copy(name.begin() + 1, name.end(), local.sun_path + 1);
    there.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    return there;
}

OwnedFd local_socket(const Place& place) {
    const int kind = place.keeps_boundaries() ? SOCK_SEQPACKET : SOCK_STREAM;
    OwnedFd socket(::socket(AF_UNIX, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int room = static_cast<int>(place.message_bytes);
    if (place.message_bytes > 64U << 10U) {  // a packet must fit into the buffer
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    }
    return socket;
}

// A full listen queue refuses at once (EAGAIN) where TCP lets the client wait. Servers in Node.js
// listen on the name padded with zeros.
bool connect_locally(const OwnedFd& socket, const Place& place, Clock::time_point deadline) {
    Address there = local_address(place);
    for (;;) {
        if (::connect(socket.get(), there.get(), there.length) == 0) {
            return true;
        }
        if (errno == ECONNREFUSED && there.length < sizeof(sockaddr_un)) {
            there.length = sizeof(sockaddr_un);
        } else if (errno != EAGAIN || Clock::now() >= deadline) {
            return false;
        } else {
            ::poll(nullptr, 0, 1);
        }
    }
}

}  // namespace

std::string Place::text() const {
    return is_local() ? "@volley/" + transport + "/" + std::to_string(port)
                      : address + " port " + std::to_string(port);
}

OwnedFd listen_at(const Place& place) {
    if (!place.is_local()) {
        return listen_at(resolve(place.address, place.port));
    }
    const Address there = local_address(place);
    OwnedFd socket = local_socket(place);
    const bool listens = ::bind(socket.get(), there.get(), there.length) == 0 &&
                         ::listen(socket.get(), SOMAXCONN) == 0;
    return listens ? std::move(socket) : OwnedFd();
}

std::optional<Wire> Wire::open(const Place& place, Patience patience) {
    if (place.is_local()) {
        OwnedFd socket = local_socket(place);
        const std::size_t packet_bytes = place.keeps_boundaries() ? place.message_bytes : 0;
        return connect_locally(socket, place, Clock::now() + patience)
                   ? std::optional(Wire(std::move(socket), packet_bytes))
                   : std::nullopt;
    }
    const Address there = resolve(place.address, place.port);
    OwnedFd socket(
        ::socket(there.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int result = ::connect(socket.get(), there.get(), there.length);
    const int reason = result == 0 ? 0 : errno;
    if (reason == EINPROGRESS) {
        int failure = 0;
        socklen_t length = sizeof failure;
        const bool came = wait_for(socket.get(), POLLOUT, Clock::now() + patience) != 0;
        if (was_sent_again(socket.get())) {
            note_late_connection();
        }
        if (!came || ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &length) != 0 ||
            failure != 0) {
            return std::nullopt;
        }
    } else if (reason != 0) {
        return std::nullopt;
    }
    // The pieces of a split challenge must leave when they are sent.
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return Wire(std::move(socket), 0);
}

bool Wire::send_more(const WireBytes& bytes, std::size_t& sent) {
    const std::size_t left = bytes.size() - sent;
    const std::size_t length = packet_bytes_ == 0 ? left : std::min(left, packet_bytes_);
    const ssize_t moved =
        ::send(socket_.get(), bytes.data() + sent, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    sent += moved > 0 ? static_cast<std::size_t>(moved) : 0;
    return moved >= 0 || errno == EAGAIN || errno == EINTR;
}

bool Wire::receive_more(WireBytes& came, std::size_t count) {
    const std::size_t before = came.size();
    came.resize(packet_bytes_ == 0 ? count : before + packet_bytes_ + 1);
    const ssize_t moved =
        ::recv(socket_.get(), came.data() + before, came.size() - before, MSG_DONTWAIT);
    came.resize(before + (moved > 0 ? static_cast<std::size_t>(moved) : 0));
    if (moved < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    return moved > 0 && (packet_bytes_ == 0 || static_cast<std::size_t>(moved) == packet_bytes_);
}

WireBytes Wire::exchange(const WireBytes& bytes, std::size_t count, Patience patience) {
    const auto deadline = Clock::now() + patience;
    WireBytes came;
    std::size_t sent = 0;
    bool lost = false;
    while (!lost && (sent < bytes.size() || came.size() < count)) {
        const auto wanted = static_cast<short>((sent < bytes.size() ? POLLOUT : 0) |
                                               (came.size() < count ? POLLIN : 0));
        const short ready = wait_for(socket_.get(), wanted, deadline);
        if (ready == 0) {
            break;
        }
        if (sent < bytes.size() && (ready & (POLLOUT | POLLERR | POLLHUP)) != 0) {
            lost = !send_more(bytes, sent);
        }
        if (came.size() < count && (ready & (POLLIN | POLLERR | POLLHUP)) != 0) {
            lost = !receive_more(came, count);
        }
    }
    return came;
}

bool Wire::send(const WireBytes& bytes, Patience patience) {
    const auto deadline = Clock::now() + patience;
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        if (wait_for(socket_.get(), POLLOUT, deadline) == 0 || !send_more(bytes, sent)) {
            return false;
        }
    }
    return true;
}

WireBytes Wire::receive(std::size_t count, Patience patience) {
    return exchange({}, count, patience);
}

bool Wire::ends(Patience patience) {
    if (wait_for(socket_.get(), POLLIN, Clock::now() + patience) == 0) {
        return false;
    }
    char byte = 0;
    return ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT) <= 0;
}

void Wire::shutdown_sending() {
    ::shutdown(socket_.get(), SHUT_WR);
}

void Wire::delay_acknowledgements() {
    const int off = 0;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
}

void Wire::end_by_reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Wire::reset() {
    end_by_reset();
    socket_.reset();
}

pid_t Wire::listener() const {
    ucred peer{};
    socklen_t length = sizeof peer;
    return ::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? peer.pid : 0;
}

}  // namespace volley
