// asio: Boost.Asio, one io_context for each CPU that the process may run on.
//
// Each io_context is run by one thread pinned to its CPU, so a connection's handlers never run at
// the same time and need no strand. One acceptor deals the connections out in turn, by accepting
// each into the next io_context. A handler owns its connection (a unique_ptr that moves from one
// handler into the next): where no handler is left, the connection is closed.
//
// Replies are written at once on the non-blocking socket, and only where the client does not read
// by async_write: one hop through the queue less. Asio does not try a read again after one that did
// not fill the buffer, so a round trip is epoll_wait, recv, send, as in a hand-written loop.
//
// Needs: C++20, Boost 1.74 or newer (headers only).
// Try:   make && taskset -c 0,1 ./asio -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>  // first: Boost 1.74 uses std::exchange without it

#include <algorithm>
#include <boost/asio.hpp>
#include <charconv>
#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t challenge_bytes = 4;
constexpr std::size_t largest_message_bytes = 16 << 20;
constexpr std::size_t batch_bytes = 4096;  // what one read may bring of small messages: a page
constexpr std::chrono::milliseconds accept_pause{50};

struct Options {
    asio::ip::address address = asio::ip::address_v4::loopback();
    unsigned short port = 0;
    std::size_t message_bytes = challenge_bytes;
};

class Server {
  public:
    explicit Server(const Options& options);
    void run();
    void stop();
    [[nodiscard]] std::size_t message_bytes() const { return message_bytes_; }

  private:
    struct Core {
        explicit Core(int its_cpu) : cpu(its_cpu) {}
        int cpu;
        asio::io_context context{1};  // the hint: a single thread runs it
        // Opens the epoll set now: it must not fail for want of a descriptor in mid service.
        tcp::socket unused{context};
    };
    static std::vector<std::unique_ptr<Core>> make_cores();
    void accept();
    static void run_pinned(Core& core);

    std::size_t message_bytes_;
    std::vector<std::unique_ptr<Core>> cores_;
    std::size_t next_ = 0;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    asio::signal_set signals_;
};

class Connection {
  public:
    Connection(tcp::socket socket, Server& server)
        : socket_(std::move(socket)),
          server_(server),
          capacity_(
              std::max(batch_bytes - batch_bytes % server.message_bytes(), server.message_bytes())),
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
            here.server_.stop();
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
        const std::size_t length = server_.message_bytes();
        const std::size_t width = std::min(length, challenge_bytes);
        for (; filled_ - answered_ >= length; answered_ += length) {
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

    tcp::socket socket_;
    Server& server_;
    std::size_t capacity_;
    std::unique_ptr<unsigned char[]> bytes_;
    std::size_t filled_ = 0;
    std::size_t answered_ = 0;
};

Server::Server(const Options& options)
    : message_bytes_(options.message_bytes),
      cores_(make_cores()),
      acceptor_(cores_.front()->context),
      pause_(cores_.front()->context),
      signals_(cores_.front()->context, SIGINT, SIGTERM) {
    const tcp::endpoint endpoint(options.address, options.port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.set_option(tcp::no_delay(true));  // on Linux accepted sockets inherit it
    acceptor_.bind(endpoint);
    acceptor_.listen();
    accept();
    signals_.async_wait([this](error_code error, int) {
        if (!error) {
            stop();
        }
    });
}

std::vector<std::unique_ptr<Server::Core>> Server::make_cores() {
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

void Server::accept() {
    asio::io_context& context = cores_[next_++ % cores_.size()]->context;
    acceptor_.async_accept(context, [this, &context](error_code error, tcp::socket socket) {
        if (!error) {
            socket.non_blocking(true, error);
            auto connection = std::make_unique<Connection>(std::move(socket), *this);
            asio::post(context, [connection = std::move(connection)]() mutable {
                Connection::read(std::move(connection));
            });
            accept();
        } else {
            // Out of descriptors, most likely: accept would fail again at once, so after a pause.
            pause_.expires_after(accept_pause);
            pause_.async_wait([this](error_code) { accept(); });
        }
    });
}

void Server::run_pinned(Core& core) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(core.cpu), &only);
    sched_setaffinity(0, sizeof only, &only);  // 0: the calling thread
    const auto work = asio::make_work_guard(core.context);
    core.context.run();
}

void Server::run() {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < cores_.size(); ++i) {
        threads.emplace_back([&core = *cores_[i]] { run_pinned(core); });
    }
    try {
        run_pinned(*cores_.front());
    } catch (...) {
        stop();  // the other threads are joined on the way out
        throw;
    }
}

void Server::stop() {
    for (const auto& core : cores_) {
        core->context.stop();
    }
}

std::size_t parse_number(char flag, std::string_view text, std::size_t limit) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > limit) {
        throw std::invalid_argument(std::string("-") + flag + " " + std::string(text) +
                                    " is not a number from 1 to " + std::to_string(limit));
    }
    return value;
}

Options parse(int argc, char* argv[]) {
    Options options;
    opterr = 0;  // getopt's own messages would make it two lines
    for (int flag; (flag = getopt(argc, argv, "p:b:m:")) != -1;) {
        if (flag == 'p') {
            options.port = static_cast<unsigned short>(parse_number('p', optarg, 65535));
        } else if (flag == 'b') {
            error_code error;
            options.address = asio::ip::make_address(optarg, error);
            if (error) {
                throw std::invalid_argument(std::string("-b ") + optarg + " is no IP address");
            }
        } else if (flag == 'm') {
            options.message_bytes = parse_number('m', optarg, largest_message_bytes);
        } else {
            throw std::invalid_argument(std::string("flag -") + static_cast<char>(optopt) +
                                        " is unknown or lacks its value");
        }
    }
    if (options.port == 0 || optind < argc) {
        throw std::invalid_argument("usage: asio -p PORT [-b ADDRESS] [-m BYTES]");
    }
    return options;
}

}  // namespace

int main(int argc, char* argv[]) {
    try {
        rlimit descriptors{};  // the usual soft limit is below a thousand connections
        getrlimit(RLIMIT_NOFILE, &descriptors);
        descriptors.rlim_cur = descriptors.rlim_max;
        setrlimit(RLIMIT_NOFILE, &descriptors);
        Server(parse(argc, argv)).run();
    } catch (const boost::system::system_error& error) {
        std::cerr << "asio: cannot listen on this address and port: " << error.code().message()
                  << '\n';
        return EXIT_FAILURE;
    } catch (const std::exception& error) {
        std::cerr << "asio: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
