#include "conform/wire.hh"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

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

}  // namespace

std::optional<Wire> Wire::open(const std::string& address, std::uint16_t port, Patience patience) {
    const Address there = resolve(address, port);
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
    return Wire(std::move(socket));
}

WireBytes Wire::exchange(const WireBytes& bytes, std::size_t count, Patience patience) {
    const auto deadline = Clock::now() + patience;
    WireBytes came(count);
    std::size_t sent = 0;
    std::size_t received = 0;
    bool lost = false;
    while (!lost && (sent < bytes.size() || received < count)) {
        const auto wanted = static_cast<short>((sent < bytes.size() ? POLLOUT : 0) |
                                               (received < count ? POLLIN : 0));
        const short ready = wait_for(socket_.get(), wanted, deadline);
        if (ready == 0) {
            break;
        }
        if (sent < bytes.size() && (ready & (POLLOUT | POLLERR | POLLHUP)) != 0) {
            const ssize_t moved = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent,
                                         MSG_NOSIGNAL | MSG_DONTWAIT);
            sent += moved > 0 ? static_cast<std::size_t>(moved) : 0;
            lost = moved < 0 && errno != EAGAIN && errno != EINTR;
        }
        if (received < count && (ready & (POLLIN | POLLERR | POLLHUP)) != 0) {
            const ssize_t moved =
                ::recv(socket_.get(), came.data() + received, count - received, MSG_DONTWAIT);
            received += moved > 0 ? static_cast<std::size_t>(moved) : 0;
            lost = moved == 0 || (moved < 0 && errno != EAGAIN && errno != EINTR);
        }
    }
    came.resize(received);
    return came;
}

bool Wire::send(const WireBytes& bytes, Patience patience) {
    const auto deadline = Clock::now() + patience;
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        if (wait_for(socket_.get(), POLLOUT, deadline) == 0) {
            return false;
        }
        const ssize_t moved =
            ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (moved < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        sent += moved > 0 ? static_cast<std::size_t>(moved) : 0;
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

}  // namespace volley
