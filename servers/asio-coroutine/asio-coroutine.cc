// asio-coroutine: Boost.Asio and C++20 coroutines, one io_context for each allowed CPU.
//
// A connection is a coroutine that reads like a blocking program: wait for input, answer it, again.
// Its buffer is a local variable, and its end is the end of the function. As in asio, each
// io_context is run by one thread pinned to its CPU, and one acceptor deals the connections out in
// turn; what differs is that the compiler keeps the state that handlers would have to carry.
//
// A reply is written at once on the non-blocking socket, and awaited only where the client does not
// read: a co_await costs a hop through the queue. A round trip is epoll_wait, recv, send, and then
// one recv more, which finds nothing: Asio tries each read before it waits for input. Errors come
// as values (redirect_error): a client that resets its connection is not worth an exception.
//
// Needs: C++20 with coroutines (gcc 11, clang 14), Boost 1.74 or newer (headers only). There is no
//        fallback.
// Try:   make && taskset -c 0,1 ./asio-coroutine -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

#include <err.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>  // first: Boost 1.74 uses std::exchange without it

#include <algorithm>
#include <boost/asio.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::size_t challenge_bytes = 4;
constexpr std::size_t largest_message_bytes = 16 << 20;
constexpr std::size_t batch_bytes = 4096;  // what one read may bring of small messages: a page
constexpr std::chrono::milliseconds accept_pause{50};

struct Core {
    explicit Core(int its_cpu) : cpu(its_cpu) {}
    int cpu;
    asio::io_context context{1};  // the hint: a single thread runs it
    tcp::socket unused{context};  // opens the epoll set now, while there are descriptors to spare
};

struct Answer {
    std::size_t bytes = 0;
    bool zero = false;
};

// Turns the whole messages into their replies, in place, and says how many bytes these are; `zero`
// where a challenge was zero. The last byte of a challenge is the lowest: the carry runs left until
// a byte does not wrap.
Answer answer(std::span<unsigned char> received, std::size_t message_bytes) {
    const std::size_t width = std::min(message_bytes, challenge_bytes);
    Answer done;
    for (; received.size() - done.bytes >= message_bytes; done.bytes += message_bytes) {
        unsigned char* const message = received.data() + done.bytes;
        if (std::all_of(message, message + width, [](auto byte) { return byte == 0; })) {
            done.zero = true;
            break;
        }
        for (std::size_t i = width; i-- > 0 && ++message[i] == 0;) {
        }
    }
    return done;
}

// One connection from its first challenge to its end.
template <class Socket>
asio::awaitable<void> serve(Socket socket, std::size_t message_bytes) {
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
    const std::size_t capacity = std::max(batch_bytes - batch_bytes % message_bytes, message_bytes);
    const auto bytes = std::make_unique_for_overwrite<unsigned char[]>(capacity);
    std::size_t filled = 0;
    error_code error;
    auto awaited = asio::redirect_error(asio::use_awaitable, error);
    while (true) {
        filled += co_await socket.async_read_some(
            asio::buffer(bytes.get() + filled, capacity - filled), awaited);
        if (error) {  // closed, half-closed with nothing left to answer, or reset
            co_return;
        }
        const Answer done = answer({bytes.get(), filled}, message_bytes);
        std::size_t sent = 0;
        if (done.bytes > 0) {
            sent = socket.write_some(asio::buffer(bytes.get(), done.bytes), error);
        }
        if (done.zero) {
            std::raise(SIGTERM);  // one way to end for all
            co_return;
        }
        if (sent < done.bytes && (!error || error == asio::error::would_block)) {
            co_await asio::async_write(socket, asio::buffer(bytes.get() + sent, done.bytes - sent),
                                       awaited);
        }
        if (error) {
            co_return;
        }
        filled -= done.bytes;
        std::memmove(bytes.get(), bytes.get() + done.bytes, filled);
    }
}

// Anybody on this machine may connect to an abstract name; only the server's own user is served.
bool is_own_user(int connection) {
    ucred peer{};
    socklen_t bytes = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == 0 &&
           peer.uid == geteuid();
}

template <class Protocol>  // tcp or Local
class Server {
  public:
    Server(const typename Protocol::endpoint& endpoint, std::size_t message_bytes)
        : message_bytes_(message_bytes),
          cores_(make_cores()),
          acceptor_(cores_.front()->context),
          pause_(cores_.front()->context),
          signals_(cores_.front()->context, SIGINT, SIGTERM) {
        acceptor_.open(endpoint.protocol());
        if constexpr (std::is_same_v<Protocol, tcp>) {
            acceptor_.set_option(tcp::acceptor::reuse_address(true));
            acceptor_.set_option(tcp::no_delay(true));  // on Linux accepted sockets inherit it
        }
        acceptor_.bind(endpoint);
        acceptor_.listen();
        asio::co_spawn(cores_.front()->context, accept(), [](const std::exception_ptr& failure) {
            if (failure) {
                std::rethrow_exception(
                    failure);  // out of run(): it never stops accepting in silence
            }
        });
        signals_.async_wait([this](error_code, int) { cores_.front()->context.stop(); });
    }

    // Until a signal, or an exception: the other threads are stopped and joined as the vector goes.
    void run() {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < cores_.size(); ++i) {
            threads.emplace_back([&core = *cores_[i]](const std::stop_token& stop) {
                const std::stop_callback stopped(stop, [&core] { core.context.stop(); });
                run_pinned(core);
            });
        }
        run_pinned(*cores_.front());
    }

  private:
    static bool is_welcome(int connection) {
        return std::is_same_v<Protocol, tcp> || is_own_user(connection);
    }

    static std::vector<std::unique_ptr<Core>> make_cores() {
        cpu_set_t allowed;
        CPU_ZERO(&allowed);
        sched_getaffinity(0, sizeof allowed, &allowed);
        std::vector<std::unique_ptr<Core>> cores;
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &allowed)) {
                cores.push_back(std::make_unique<Core>(cpu));
            }
        }
        return cores;
    }

    static void run_pinned(Core& core) {
        cpu_set_t only;
        CPU_ZERO(&only);
        CPU_SET(static_cast<std::size_t>(core.cpu), &only);
        sched_setaffinity(0, sizeof only, &only);  // 0: the calling thread
        const auto work = asio::make_work_guard(core.context);
        core.context.run();
    }

    asio::awaitable<void> accept() {
        for (std::size_t next = 0;; ++next) {
            asio::io_context& context = cores_[next % cores_.size()]->context;
            typename Protocol::socket socket(context);
            error_code error;
            co_await acceptor_.async_accept(socket,
                                            asio::redirect_error(asio::use_awaitable, error));
            if (!error && !is_welcome(socket.native_handle())) {
                continue;
            }
            if (!error) {
                socket.non_blocking(true, error);
                asio::co_spawn(context, serve(std::move(socket), message_bytes_), asio::detached);
            } else {
                // Out of descriptors, most likely: accept would fail again at once.
                pause_.expires_after(accept_pause);
                co_await pause_.async_wait(asio::use_awaitable);
            }
        }
    }

    std::size_t message_bytes_;
    std::vector<std::unique_ptr<Core>> cores_;
    typename Protocol::acceptor acceptor_;
    asio::steady_timer pause_;
    asio::signal_set signals_;
};

// A whole number in [1, limit], or the end.
unsigned long parse_number(char flag, const char* text, unsigned long limit) {
    const unsigned long value = std::strtoul(text, nullptr, 10);
    if (std::strspn(text, "0123456789") != std::strlen(text) || value < 1 || value > limit) {
        errx(EXIT_FAILURE, "-%c %s is not a number from 1 to %lu", flag, text, limit);
    }
    return value;
}

}  // namespace

int main(int argc, char* argv[]) {
    std::optional<asio::ip::address> address;
    bool is_unix = false;  // the transport: otherwise tcp
    unsigned short port = 0;
    std::size_t message_bytes = challenge_bytes;
    for (int flag; (flag = getopt(argc, argv, ":p:t:b:m:")) != -1;) {  // ':' no messages of its own
        error_code error;
        if (flag == 'p') {
            port = static_cast<unsigned short>(parse_number('p', optarg, 65535));
        } else if (flag == 'b') {
            address = asio::ip::make_address(optarg, error);
        } else if (flag == 't') {
            is_unix = std::strcmp(optarg, "unix") == 0;
            if (!is_unix && std::strcmp(optarg, "tcp") != 0) {
                errx(EXIT_FAILURE, "-t %s is neither tcp nor unix", optarg);
            }
        } else if (flag == 'm') {
            message_bytes = parse_number('m', optarg, largest_message_bytes);
        } else {
            errx(EXIT_FAILURE, "flag -%c is unknown or lacks its value", optopt);
        }
        if (error) {
            errx(EXIT_FAILURE, "-b %s is no IPv4 or IPv6 address", optarg);
        }
    }
    if (port == 0 || optind < argc) {
        errx(EXIT_FAILURE, "usage: asio-coroutine -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]");
    }
    if (is_unix && address) {
        errx(EXIT_FAILURE, "-b %s is for tcp: leave it out with -t unix",
             address->to_string().c_str());
    }
    rlimit descriptors{};  // the usual soft limit is below a thousand connections
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    try {
        if (is_unix) {
            // The zero byte marks an abstract name, which stands in no file system.
            const std::string path = '\0' + ("volley/unix/" + std::to_string(port));
            Server<Local>(path, message_bytes).run();
        } else {
            const auto loopback = asio::ip::address_v4::loopback();
            Server<tcp>({address.value_or(loopback), port}, message_bytes).run();
        }
    } catch (const std::exception& error) {
        errx(EXIT_FAILURE, "cannot serve on this address and port: %s", error.what());
    }
}
