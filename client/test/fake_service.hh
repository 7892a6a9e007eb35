// The fake server at work: accepts, reads, answers, and deviates if a fault was requested.
//
// One thread and poll(2), so that every fault is a line or two. Faults are looked up by name for
// each message; that is slow, but speed does not matter here. A header, because programs in this
// directory are one source file each.
#pragma once

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/owned_fd.hh"
#include "test/fake_faults.hh"
#include "test/fake_local.hh"
#include "test/fake_reply.hh"
#include "test/fake_setup.hh"

namespace volley {

inline constexpr std::chrono::milliseconds half_close_wait{20};
inline constexpr int accept_pause_ms = 20;

// Read after an interrupted poll(2); set by the handler only.
inline volatile std::sig_atomic_t signal_seen = 0;

class FakeServer {
  public:
    explicit FakeServer(const Setup& setup) : setup_(setup) { listen(); }
    [[noreturn]] void run();

  private:
    [[nodiscard]] bool has(std::string_view fault) const { return setup_.faults.has(fault); }
    [[nodiscard]] std::uint64_t number(std::string_view fault) const {
        return setup_.faults.find(fault).value_or(0);
    }
    void listen();
    void accept();
    void receive(Client& client);
    void answer_all(Client& client);
    void reply(Client& client, const std::string& message);
    void meet_zero(Client& client);
    [[nodiscard]] std::size_t bytes_at_once(std::size_t left) const;
    void flush(Client& client);
    void lose(Client& client);
    void reset(Client& client);

    Setup setup_;
    OwnedFd listener_;
    std::vector<Client> clients_;
    std::uint64_t replies_ = 0;
    bool is_full_ = false;
};

inline void FakeServer::listen() {
    const int backlog = has("short-listen-queue") ? 0 : SOMAXCONN;
    if (setup_.transport != "tcp") {
        listener_ = fake_local_listener(setup_, backlog);
        return;
    }
    const std::string address = has("binds-everywhere")  ? "0.0.0.0"
                                : has("ignores-address") ? "127.0.0.1"
                                                         : setup_.address;
    const addrinfo hints{.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    addrinfo* where = nullptr;
    if (::getaddrinfo(address.c_str(), setup_.port.c_str(), &hints, &where) != 0) {
        complain(setup_.faults, "-b " + address + " is no IP address");
    }
    listener_ = OwnedFd(::socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto set = [&](int level, int option, bool on) {
        const int value = on ? 1 : 0;
        ::setsockopt(listener_.get(), level, option, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_REUSEADDR, !has("no-reuseaddr"));
    set(SOL_SOCKET, SO_REUSEPORT, has("shares-port"));
    set(IPPROTO_TCP, TCP_NODELAY, !has("nagle"));  // accepted connections inherit it
    if (::bind(listener_.get(), where->ai_addr, where->ai_addrlen) != 0 ||
        ::listen(listener_.get(), backlog) != 0) {
        complain(setup_.faults, "cannot listen on port " + setup_.port + ": " + strerror(errno));
    }
    ::freeaddrinfo(where);
}

inline void FakeServer::accept() {
    OwnedFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket && errno == EMFILE) {
        if (has("dies-without-descriptors")) {
            std::_Exit(1);
        }
        is_full_ = !has("spins-without-descriptors");  // until poll(2) has waited once
    }
    if (!socket || !is_welcome(socket, setup_) ||
        (has("at-most") && clients_.size() >= number("at-most"))) {
        return;
    }
    make_room_for_packets(socket, setup_);
    clients_.push_back({.socket = std::move(socket)});
    std::this_thread::sleep_for(std::chrono::milliseconds(number("short-listen-queue")));
    if (has("dies-at") && clients_.size() >= number("dies-at")) {
        std::_Exit(1);
    }
    if (has("greeting")) {
        clients_.back().output = "220 fake.example ready\r\n";
    }
}

inline void FakeServer::lose(Client& client) {
    client.is_gone = true;
    if (has("leaks-descriptors")) {
        (void)client.socket.release();
    }
}

inline void FakeServer::reset(Client& client) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(client.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    client.is_gone = true;
}

inline void FakeServer::receive(Client& client) {
    std::string bytes(std::max<std::size_t>(64 << 10, setup_.message_bytes + 1), '\0');
    const ssize_t received = ::recv(client.socket.get(), bytes.data(), bytes.size(), 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (received < 0 && has("dies-on-reset")) {
        std::_Exit(1);
    }
    if (received == 0 && !client.input.empty() && has("dies-on-half")) {
        std::_Exit(1);
    }
    if (received == 0 && has("ignores-half-close")) {
        client.is_deaf = true;
        return;
    }
    if (received <= 0) {
        client.closes_when_sent = client.is_deaf = true;  // pending replies are still sent
        return;
    }
    if (setup_.keeps_boundaries() && static_cast<std::size_t>(received) != setup_.message_bytes) {
        lose(client);
        return;
    }
    if (has("drops-half-closed")) {
        pollfd entry{client.socket.get(), POLLRDHUP, 0};
        if (::poll(&entry, 1, static_cast<int>(half_close_wait.count())) > 0) {
            lose(client);
            return;
        }
    }
    client.input.append(bytes, 0, static_cast<std::size_t>(received));
    answer_all(client);
}

// Splits the input into messages, and answers those that the faults allow.
inline void FakeServer::answer_all(Client& client) {
    std::vector<std::string> messages;
    const std::size_t length = setup_.message_bytes;
    std::size_t used = 0;
    for (; client.input.size() - used >= length; used += length) {
        messages.push_back(client.input.substr(used, length));
    }
    client.input.erase(0, used);
    if (has("drops-parts")) {
        client.input.clear();
    }
    if (has("waits-for-more") && messages.size() > 1) {
        client.input = messages.back() + client.input;
        messages.pop_back();
    }
    if (has("drops-bursts") && messages.size() > 1) {
        messages.resize(1);
    }
    if (has("reverses-bursts")) {
        std::reverse(messages.begin(), messages.end());
    }
    for (const std::string& message : messages) {
        reply(client, message);
    }
}

inline void FakeServer::meet_zero(Client& client) {
    (void)::send(client.socket.get(), client.output.data(), client.output.size(), MSG_NOSIGNAL);
    std::_Exit(static_cast<int>(number("zero-status")));
}

inline void FakeServer::reply(Client& client, const std::string& message) {
    const std::size_t width = std::min<std::size_t>(message.size(), 4);
    const bool is_zero = message.substr(0, width) == std::string(width, '\0');
    if (is_zero && !has("survives-zero") &&
        !(has("survives-zero-beside-others") && clients_.size() > 1)) {
        meet_zero(client);
    }
    if (has("silent") || (has("stalls-after") && replies_ >= number("stalls-after"))) {
        return;
    }
    if (has("resets-after") && client.replies >= number("resets-after")) {
        reset(client);
        return;
    }
    if (has("stands-still")) {
        stand_still(std::chrono::milliseconds(number("stands-still")));
    }
    const std::string answer = fake_reply(setup_.faults, message, client.replies);
    if (has("closes-mid-reply") && client.replies >= number("closes-mid-reply")) {
        client.output += answer.substr(0, answer.size() / 2);
        client.closes_when_sent = client.is_deaf = true;
        return;
    }
    client.output += answer;
    if (has("answers-twice") && client.replies >= number("answers-twice")) {
        client.output += answer;
    }
    client.due = std::chrono::steady_clock::now() + std::chrono::milliseconds(number("late"));
    ++client.replies;
    ++replies_;
    if (has("noisy-stderr")) {
        std::cerr << std::string(1023, 'n') << '\n';
    }
    if (has("nagle")) {
        flush(client);
    }
    if (has("dies-after") && replies_ >= number("dies-after")) {
        flush(client);
        std::cerr << "fake_server: dies after " << replies_ << " replies\n";
        std::_Exit(1);
    }
}

// Over a transport that keeps boundaries, a reply is a packet.
inline std::size_t FakeServer::bytes_at_once(std::size_t left) const {
    return setup_.keeps_boundaries()
               ? std::min(left, setup_.message_bytes + (has("adds-a-byte") ? 1 : 0))
               : left;
}

inline void FakeServer::flush(Client& client) {
    while (!client.output.empty() && std::chrono::steady_clock::now() >= client.due) {
        const std::size_t length = has("short-writes") ? 1 : bytes_at_once(client.output.size());
        const ssize_t sent =
            ::send(client.socket.get(), client.output.data(), length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            return;
        }
        if (sent < 0) {
            if (has("dies-on-reset")) {
                std::_Exit(1);
            }
            lose(client);
            return;
        }
        client.output.erase(0, static_cast<std::size_t>(sent));
    }
    if (client.output.empty() && client.closes_when_sent) {
        lose(client);
    }
}

inline void FakeServer::run() {
    for (;;) {
        if (signal_seen != 0) {
            if (clients_.size() > 1) {
                std::this_thread::sleep_for(std::chrono::milliseconds(number("slow-to-end")));
            }
            std::_Exit(0);
        }
        const bool is_full = is_full_ || (has("one-at-a-time") && !clients_.empty());
        std::vector<pollfd> entries{{is_full ? -1 : listener_.get(), POLLIN, 0}};
        int timeout = has("never-sleeps") ? 0 : is_full_ ? accept_pause_ms : -1;
        is_full_ = false;
        for (const Client& client : clients_) {
            const bool is_early = std::chrono::steady_clock::now() < client.due;
            const int events =
                (client.is_deaf ? 0 : POLLIN) | (!client.output.empty() && !is_early ? POLLOUT : 0);
            // A descriptor without wanted events is left out: poll would report a hang-up for ever.
            entries.push_back(
                {events == 0 ? -1 : client.socket.get(), static_cast<short>(events), 0});
            timeout = is_early ? 1 : timeout;
        }
        if (::poll(entries.data(), entries.size(), timeout) < 0) {
            continue;
        }
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            if ((entries[i + 1].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
                receive(clients_[i]);
            }
            if (!clients_[i].is_gone) {
                flush(clients_[i]);
            }
        }
        std::erase_if(clients_, [](const Client& client) { return client.is_gone; });
        if ((entries[0].revents & POLLIN) != 0) {
            accept();
        }
    }
}

}  // namespace volley
