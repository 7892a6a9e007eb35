// A server that knows its own cost: it burns 20 µs of CPU time for each reply, by its own CPU
// clock, and at its end writes down the CPU time that it used per reply.
//
//   burning_server WHERE FILE -p PORT
//
// WHERE says who serves. "itself"; "child": a forked child; "thread-child": a child forked by
// another thread; "helper": itself, and a child that burns 300 ms, ends in mid run and is waited
// for; "lost-helper": the same, but it is not waited for. FILE gets one line: nanoseconds a reply.
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/owned_fd.hh"
#include "base/program.hh"
#include "clock/clock.hh"

namespace volley {
namespace {

constexpr Duration burnt_a_reply = std::chrono::microseconds(20);
constexpr Duration burnt_by_helper = std::chrono::milliseconds(300);
// The helper starts with this reply: after the warm-up of the test, and well before its end.
constexpr std::uint64_t helper_starts = 4000;
constexpr std::size_t message_bytes = 4;

// Lock-free, so that a signal handler may write it; relaxed, as nothing else depends on it.
std::atomic<bool> is_told_to_end{false};

void burn(Duration length) {
    const Duration end = thread_cpu_time() + length;
    while (thread_cpu_time() < end) {
    }
}

Duration used_by_children() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto length = [](const timeval& time) {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    return length(usage.ru_utime) + length(usage.ru_stime);
}

class Service {
  public:
    Service(std::string where, std::string file, std::uint16_t port)
        : where_(std::move(where)), file_(std::move(file)) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        listener_ = OwnedFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
            ::listen(listener_.get(), SOMAXCONN) != 0) {
            std::cerr << "burning_server: cannot listen on port " << port << '\n';
            std::_Exit(1);
        }
    }

    [[noreturn]] void run() {
        while (!is_told_to_end.load(std::memory_order_relaxed)) {
            std::vector<pollfd> entries{{listener_.get(), POLLIN, 0}};
            for (const OwnedFd& client : clients_) {
                entries.push_back({client.get(), POLLIN, 0});
            }
            if (::poll(entries.data(), entries.size(), -1) < 0) {
                continue;
            }
            for (std::size_t at = 0; at < clients_.size(); ++at) {
                if (entries[at + 1].revents != 0 && !reply(clients_[at].get())) {
                    clients_[at].reset();
                }
            }
            std::erase_if(clients_, [](const OwnedFd& client) { return !client; });
            if (entries[0].revents != 0) {
                clients_.emplace_back(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            }
        }
        write_down();
        std::_Exit(0);
    }

  private:
    bool reply(int client) {
        std::array<unsigned char, message_bytes> message{};
        if (::recv(client, message.data(), message.size(), MSG_WAITALL) != message_bytes) {
            return false;
        }
        for (std::size_t at = message.size(); at-- > 0 && ++message[at] == 0;) {
        }
        burn(burnt_a_reply);
        if (++replies_ == 1) {
            before_ = read(own_).value();
        }
        if (replies_ == helper_starts && where_.ends_with("helper") && ::fork() == 0) {
            burn(burnt_by_helper);
            std::_Exit(0);
        }
        if (where_ == "helper") {
            ::waitpid(-1, nullptr, WNOHANG);
        }
        return ::send(client, message.data(), message.size(), MSG_NOSIGNAL) == message_bytes;
    }

    void write_down() const {
        const Duration used = read(own_).value() - before_ + used_by_children();
        const auto replies = static_cast<double>(replies_ > 1 ? replies_ - 1 : 1);
        std::ofstream(file_, std::ios::app) << to_seconds(used) * 1e9 / replies << std::endl;
    }

    std::string where_;
    std::string file_;
    OwnedFd listener_;
    std::vector<OwnedFd> clients_;
    CpuClock own_ = cpu_clock_of(::getpid()).value();
    Duration before_{0};
    std::uint64_t replies_ = 0;
};

void serve(const std::string& where, const std::string& file, std::uint16_t port) {
    Service(where, file, port).run();
}

// Serves in another process; this one waits for its end, and passes SIGTERM on.
[[noreturn]] void serve_in_child(const std::string& where, const std::string& file,
                                 std::uint16_t port) {
    const pid_t child = ::fork();
    if (child == 0) {
        serve(where, file, port);
    }
    while (!is_told_to_end.load(std::memory_order_relaxed)) {
        ::poll(nullptr, 0, 10);
    }
    ::kill(child, SIGTERM);
    ::waitpid(child, nullptr, 0);
    std::_Exit(0);
}

}  // namespace
}  // namespace volley

int main(int argc, char* argv[]) {
    volley::have_standard_descriptors();
    if (argc < 5 || std::string(argv[3]) != "-p") {
        std::cerr << "usage: burning_server WHERE FILE -p PORT\n";
        return 2;
    }
    const std::string where = argv[1];
    const std::string file = argv[2];
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[4], nullptr, 10));
    struct sigaction action {};
    action.sa_handler = [](int) { volley::is_told_to_end.store(true, std::memory_order_relaxed); };
    ::sigaction(SIGTERM, &action, nullptr);
    if (where == "lost-helper") {
        ::signal(SIGCHLD, SIG_IGN);
    }
    if (where == "child") {
        volley::serve_in_child(where, file, port);
    }
    if (where == "thread-child") {
        std::thread([=] { volley::serve_in_child(where, file, port); }).join();
    }
    volley::serve(where, file, port);
}
