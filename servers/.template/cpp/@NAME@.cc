// @NAME@: blocking sockets, one thread for each connection.
//
// A thread sleeps in recv, adds one, sends, and sleeps again: two system calls for a round trip.
// What is particular about this server is in serve() and accept_for_ever(); the rest keeps the
// contract of ../README.md. Where anything that it needs is missing there is no fallback.
//
// Needs: C++20, POSIX sockets.
// Try:   make && ./@NAME@ -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//        printf '\0\0\0\0' | nc -q 1 127.0.0.1 4000                    ends it

#include <err.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t challenge_bytes = 4;
constexpr std::size_t largest_message_bytes = 16 << 20;
constexpr std::size_t batch_bytes = 4096;  // what one recv may bring of small messages: a page
constexpr int backlog = 4096;              // the kernel cuts it down to net.core.somaxconn
constexpr std::chrono::milliseconds accept_pause{50};

// A descriptor with one owner, who closes it.
class Socket {
  public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&&) = delete;
    ~Socket() {
        if (descriptor_ >= 0) {
            close(descriptor_);
        }
    }
    [[nodiscard]] int get() const { return descriptor_; }

  private:
    int descriptor_;
};

// Turns a message into its reply, in place; false where the challenge is zero. Network order means
// that the last byte is the lowest: a carry runs to the left until a byte does not wrap.
bool answer(std::span<unsigned char> message) {
    const auto challenge = message.first(std::min(message.size(), challenge_bytes));
    const bool zero = std::ranges::all_of(challenge, [](unsigned char byte) { return byte == 0; });
    for (auto byte = challenge.rbegin(); byte != challenge.rend() && ++*byte == 0; ++byte) {
    }
    return !zero;
}

// A send may take less than it was given, so it is repeated. MSG_NOSIGNAL: a peer that is gone
// must not end the server by SIGPIPE.
bool send_all(const Socket& connection, std::span<const unsigned char> bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    return true;
}

// One connection from its first challenge to its end.
void serve(const Socket& connection, std::size_t message_bytes) {
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
    std::vector<unsigned char> buffer(
        std::max(message_bytes, batch_bytes - batch_bytes % message_bytes));
    std::size_t filled = 0;
    for (;;) {
        // One recv may bring a part of a message, or several: whole ones are answered together with
        // one send, a part stays at the front of the buffer until the rest arrives.
        const ssize_t received =
            recv(connection.get(), buffer.data() + filled, buffer.size() - filled, 0);
        if (received < 0 && errno == EINTR) {
            continue;
        }
        if (received <= 0) {  // closed, half-closed with nothing left to answer, or reset
            return;
        }
        filled += static_cast<std::size_t>(received);
        std::size_t answered = 0;
        bool zero = false;
        while (!zero && filled - answered >= message_bytes) {
            zero = !answer(std::span(buffer).subspan(answered, message_bytes));
            answered += zero ? 0 : message_bytes;
        }
        if (!send_all(connection, std::span(buffer).first(answered))) {
            return;
        }
        if (zero) {
            std::_Exit(EXIT_SUCCESS);  // not exit: the other threads are still at work
        }
        std::copy(buffer.data() + answered, buffer.data() + filled, buffer.data());
        filled -= answered;
    }
}

// getaddrinfo reads IPv4 and IPv6 addresses alike; AI_NUMERICHOST keeps it from asking a name
// server.
Socket listen_on(const std::string& address, const std::string& port) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int wrong = getaddrinfo(address.c_str(), port.c_str(), &hints, &found);
    if (wrong != 0) {
        errx(EXIT_FAILURE, "-b %s is no address to listen on: %s", address.c_str(),
             gai_strerror(wrong));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
    Socket listener(socket(found->ai_family, SOCK_STREAM, 0));
    const int on = 1;
    // SO_REUSEADDR: a restart need not wait for old connections in TIME_WAIT. TCP_NODELAY: no reply
    // waits for the one before it to be acknowledged; on Linux accepted connections inherit it.
    if (listener.get() < 0 ||
        setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(listener.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(listener.get(), found->ai_addr, found->ai_addrlen) != 0 ||
        listen(listener.get(), backlog) != 0) {
        err(EXIT_FAILURE, "cannot listen on %s port %s", address.c_str(), port.c_str());
    }
    return listener;
}

[[noreturn]] void accept_for_ever(const Socket& listener, std::size_t message_bytes) {
    for (;;) {
        Socket connection(accept(listener.get(), nullptr, nullptr));
        if (connection.get() < 0) {
            // Out of descriptors or memory: the connections that exist are served by their threads,
            // new ones wait in the backlog. A pause, because accept would fail again at once.
            if (errno != EINTR && errno != ECONNABORTED) {
                std::this_thread::sleep_for(accept_pause);
            }
            continue;
        }
        try {
            std::thread([message_bytes, connection = std::move(connection)] {
                try {
                    serve(connection, message_bytes);
                } catch (const std::bad_alloc&) {  // no room for its buffer: it is closed
                }
            }).detach();
        } catch (const std::exception&) {  // no room for one more thread: its client learns it
        }
    }
}

// A whole number in [1, limit], or the end.
std::size_t parse_number(char flag, std::string_view text, std::size_t limit) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > limit) {
        errx(EXIT_FAILURE, "-%c %s is not a number from 1 to %zu", flag, text.data(), limit);
    }
    return value;
}

}  // namespace

int main(int argc, char* argv[]) {
    std::string address = "127.0.0.1";
    std::size_t port = 0;
    std::size_t message_bytes = challenge_bytes;
    opterr = 0;  // getopt's own messages would make it two lines
    for (int flag; (flag = getopt(argc, argv, "p:b:m:")) != -1;) {
        if (flag == 'p') {
            port = parse_number('p', optarg, 65535);
        } else if (flag == 'b') {
            address = optarg;
        } else if (flag == 'm') {
            message_bytes = parse_number('m', optarg, largest_message_bytes);
        } else {
            errx(EXIT_FAILURE, "flag -%c is unknown or lacks its value", optopt);
        }
    }
    if (port == 0 || optind < argc) {
        errx(EXIT_FAILURE, "usage: -p PORT [-b ADDRESS] [-m BYTES]");
    }
    // The default action ends the process at once, whatever its threads are doing. Set, because a
    // shell starts its background jobs with SIGINT ignored.
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    rlimit descriptors{};  // the usual soft limit is below a thousand connections
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    accept_for_ever(listen_on(address, std::to_string(port)), message_bytes);
}
