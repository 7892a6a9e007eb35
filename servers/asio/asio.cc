// asio: Boost.Asio, one io_context for each CPU that the process may run on.
//
// Each io_context is run by one thread pinned to its CPU, so a connection's handlers never run at
// the same time and need no strand. One acceptor deals the connections out in turn, by accepting
// each into the next io_context. A handler owns its connection (a unique_ptr that moves from one
// handler into the next): where no handler is left, the connection is closed.
//
// Replies are written at once on the non-blocking socket, and only where the client does not read
// by async_write: one hop through the queue less. A round trip is epoll_wait, recv, send, and then
// one recv more, which finds nothing: Asio tries each read before it waits for input.
//
// Needs: C++20, Boost 1.74 or newer (headers only). There is no fallback.
// Try:   make && taskset -c 0,1 ./asio -p 4000 &
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
#include <memory>
#include <optional>
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

template <class Protocol>  // tcp or Local
class Connection {
  public:
    using Socket = typename Protocol::socket;

    Connection(Socket socket, std::size_t message_bytes)
        : socket_(std::move(socket)),
          message_bytes_(message_bytes),
          capacity_(std::max(batch_bytes - batch_bytes % message_bytes, message_bytes)),
          bytes_(std::make_unique_for_overwrite<unsigned char[]>(capacity_)) {}

    // Waits for input and answers it, again and again until the client is gone.
    static void read(std::unique_ptr<Connection> self) {
        Connection& here = *self;
        here.socket_.async_read_some(
            asio::buffer(here.bytes_.get() + here.filled_, here.capacity_ - here.filled_),
            [self = std::move(self)](error_code error, std::size_t received) mutable {
                if (!error) {
                    self->filled_ += received;
                    write(std::move(self));
                }
            });
    }

  private:
    static void write(std::unique_ptr<Connection> self) {
        Connection& here = *self;
        const bool zero = here.answer();
        error_code error;
        std::size_t sent = 0;
        if (here.answered_ > 0) {
            sent = here.socket_.write_some(asio::buffer(here.bytes_.get(), here.answered_), error);
        }
        if (zero) {
            std::raise(SIGTERM);  // one way to end for all
        } else if (sent == here.answered_) {
            here.keep_the_rest();
            read(std::move(self));
        } else if (!error || error == asio::error::would_block) {
            asio::async_write(here.socket_,
                              asio::buffer(here.bytes_.get() + sent, here.answered_ - sent),
                              [self = std::move(self)](error_code failure, std::size_t) mutable {
                                  if (!failure) {
                                      self->keep_the_rest();
                                      read(std::move(self));
                                  }
                              });
        }
    }

    // Turns the whole messages in the buffer into their replies, in place; true where a challenge
    // was zero. The last byte is the lowest: the carry runs left until a byte does not wrap.
    bool answer() {
        const std::size_t width = std::min(message_bytes_, challenge_bytes);
        for (; filled_ - answered_ >= message_bytes_; answered_ += message_bytes_) {
            unsigned char* const message = bytes_.get() + answered_;
            if (std::all_of(message, message + width, [](auto byte) { return byte == 0; })) {
                return true;
            }
            for (std::size_t i = width; i-- > 0 && ++message[i] == 0;) {
            }
        }
        return false;
    }

    // Part of a message, where the last read ended within one.
    void keep_the_rest() {
        filled_ -= answered_;
        std::memmove(bytes_.get(), bytes_.get() + answered_, filled_);
        answered_ = 0;
    }

    Socket socket_;
    std::size_t message_bytes_;
    std::size_t capacity_;
    std::unique_ptr<unsigned char[]> bytes_;
    std::size_t filled_ = 0;
    std::size_t answered_ = 0;
};

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
        accept();
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

    void accept() {
        asio::io_context& context = cores_[next_++ % cores_.size()]->context;
        acceptor_.async_accept(
            context, [this, &context](error_code error, typename Protocol::socket socket) {
                if (!error && !is_welcome(socket.native_handle())) {
                    accept();
                } else if (!error) {
                    socket.non_blocking(true, error);
                    auto connection =
                        std::make_unique<Connection<Protocol>>(std::move(socket), message_bytes_);
                    asio::post(context, [connection = std::move(connection)]() mutable {
                        Connection<Protocol>::read(std::move(connection));
                    });
                    accept();
                } else {
                    // Out of descriptors, most likely: accept would fail again at once.
                    pause_.expires_after(accept_pause);
                    pause_.async_wait([this](error_code) { accept(); });
                }
            });
    }

    std::size_t message_bytes_;
    std::vector<std::unique_ptr<Core>> cores_;
    std::size_t next_ = 0;
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
        errx(EXIT_FAILURE, "usage: asio -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]");
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
