// A correct server for messages of four bytes, in a thread of a unit test: at 127.0.0.1, or at a
// local name.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "transport/address.hh"
#include "transport/challenge.hh"
#include "transport/endpoint.hh"
#include "transport/local_name.hh"

namespace volley {

class AnsweringServer {
  public:
    AnsweringServer() : AnsweringServer(listen_at(resolve(TcpEndpoint::default_host, 0))) {}
    explicit AnsweringServer(const LocalName& name) : AnsweringServer(name.listen()) {}
    ~AnsweringServer() {
        const std::uint64_t one = 1;
        static_cast<void>(!::write(stop_.get(), &one, sizeof one));
    }
    AnsweringServer(const AnsweringServer&) = delete;
    AnsweringServer& operator=(const AnsweringServer&) = delete;

    [[nodiscard]] Endpoint endpoint() const {
        return {TcpEndpoint::default_host, port_of(listener_)};
    }

  private:
    explicit AnsweringServer(OwnedFd listener)
        : listener_(std::move(listener)),
          stop_(::eventfd(0, EFD_CLOEXEC)),
          thread_([this] { serve(); }) {}

    void serve() {
        while (true) {
            std::vector<pollfd> waits{{.fd = stop_.get(), .events = POLLIN, .revents = 0},
                                      {.fd = listener_.get(), .events = POLLIN, .revents = 0}};
            const std::size_t first = waits.size();
            for (const OwnedFd& one : connections_) {
                waits.push_back({.fd = one.get(), .events = POLLIN, .revents = 0});
            }
            static_cast<void>(::poll(waits.data(), waits.size(), -1));
            if (waits[0].revents != 0) {
                return;
            }
            for (std::size_t at = connections_.size(); at-- > 0;) {
                if (waits[first + at].revents != 0 && !answer(connections_[at])) {
                    connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(at));
                }
            }
            if (waits[1].revents != 0) {
                connections_.emplace_back(
                    ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            }
        }
    }

    // False: the connection is over, closed by its peer or by the zero challenge.
    static bool answer(const OwnedFd& connection) {
        ChallengeBytes bytes{};
        if (::recv(connection.get(), bytes.data(), bytes.size(), MSG_WAITALL) !=
            static_cast<ssize_t>(bytes.size())) {
            return false;
        }
        const std::uint32_t challenge = decode(bytes);
        bytes = encode(reply_to(challenge, challenge_bytes), challenge_bytes);
        return challenge != 0 &&
               ::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
    }

    OwnedFd listener_;
    OwnedFd stop_;
    std::vector<OwnedFd> connections_;
    std::jthread thread_;  // last, because it uses the others
};

}  // namespace volley
