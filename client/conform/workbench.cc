#include "conform/workbench.hh"

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/error.hh"
#include "transport/address.hh"

namespace volley {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Patience patience_for_start{10000};
// For all connections that a check opens at once. A thousand take a few hundredths of a second, or
// a second each if the listen queue is too short.
constexpr Patience patience_for_connections{8000};
constexpr int milliseconds_between_attempts = 1;
constexpr std::size_t descriptors_beside_connections = 50;

// The server ended before it was ready. Separate from other failures, because a second attempt may
// succeed.
struct EarlyEnd : CheckFailure {};

std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of('\n');
    if (end == std::string::npos) {
        return "";
    }
    const std::size_t begin = text.rfind('\n', end);
    return text.substr(begin == std::string::npos ? 0 : begin + 1,
                       end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

std::string describe_death(TestedServer& process, int status) {
    const std::string words = last_line(process.standard_error());
    return describe_end(status) + (words.empty() ? "" : ", and on stderr: " + words);
}

// As in the contract, and known to test runners.
constexpr int skipped_status = 77;

// The literal challenge and its reply at any message length; the payload is the pattern.
WireBytes message(const std::string& head, std::size_t length) {
    WireBytes bytes = payload_pattern(length);
    const WireBytes first = from_hex(head);
    const std::size_t width = std::min(length, first.size());
    // Shorter than the head: its last bytes, which hold the number.
    std::copy(first.end() - static_cast<std::ptrdiff_t>(width), first.end(), bytes.begin());
    return bytes;
}

}  // namespace

void throw_if_skipped(TestedServer& server, int wait_status) {
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == skipped_status) {
        const std::string words = last_line(server.standard_error());
        throw ServerSkipped{words.empty() ? "skipped: the server does not say why" : words};
    }
}

void Workbench::need_tcp(const std::string& what) const {
    if (transport_ != "tcp") {
        throw CheckSkipped{"not applicable: transport " + transport_ + " has no " + what};
    }
}

void Workbench::need_stream() const {
    if (transport_ == "unix-seqpacket") {
        throw CheckSkipped{"not applicable: over " + transport_ + " a packet is a whole message"};
    }
}

std::uint16_t Workbench::free_port() const {
    std::uint16_t port = volley::free_port(StartOptions{}.address);
    // A port of TCP that the system chose is as good a number as any, unless the name is taken.
    while (transport_ != "tcp" && !listen_at(Place{.transport = transport_, .port = port})) {
        port = volley::free_port(StartOptions{}.address);
    }
    return port;
}

Patience Workbench::warmup() const {
    return std::chrono::ceil<Patience>(metadata_.warmup().value_or(Duration::zero()));
}

Patience Workbench::start_patience() const {
    return patience_for_start + warmup();
}

std::vector<std::string> Workbench::command(const std::vector<std::string>& flags) const {
    std::vector<std::string> all{executable_};
    // First, so that a wrong flag at the end stays one.
    if (transport_ != metadata_.default_transport()) {
        all.insert(all.end(), {"-t", transport_});
    }
    all.insert(all.end(), flags.begin(), flags.end());
    all.insert(all.end(), arguments_.begin(), arguments_.end());
    return all;
}

RunningServer Workbench::start(const StartOptions& options) {
    if (options.port != 0) {
        return start_on(options.port, options);
    }
    if (was_never_ready_) {
        throw CheckSkipped{"the server did not become ready; see becomes-ready"};
    }
    // Another program may take the port between our choice and the server's bind: then try again.
    try {
        return start_on(free_port(), options);
    } catch (const EarlyEnd&) {
        return start_on(free_port(), options);
    }
}

RunningServer Workbench::start_on(std::uint16_t port, const StartOptions& options) {
    std::vector<std::string> flags{"-p", std::to_string(port)};
    if (options.name_the_address) {
        flags.insert(flags.end(), {"-b", options.address});
    }
    if (options.message_bytes != 4) {
        flags.insert(flags.end(), {"-m", std::to_string(options.message_bytes)});
    }
    RunningServer server{std::make_unique<TestedServer>(command(flags), options.cpus),
                         {.transport = transport_,
                          .address = options.address,
                          .port = port,
                          .message_bytes = options.message_bytes}};
    wait_until_ready(server);
    return server;
}

void Workbench::wait_until_ready(RunningServer& server) {
    const LimitStandsStill started;
    const std::string start = "a start with -p " + std::to_string(server.place.port);
    const auto deadline = Clock::now() + start_patience();
    std::string seen = "no connection was accepted on " +
                       (server.place.is_local() ? server.place.text() : server.place.address);
    while (Clock::now() < deadline) {
        if (const auto end = server.process->wait_for_end(Patience(0))) {
            throw_if_skipped(*server.process, *end);
            was_never_ready_ = !was_ready_;
            throw EarlyEnd{{start, "the server becomes ready",
                            "the server ended: " + describe_death(*server.process, *end)}};
        }
        if (auto wire = Wire::open(server.place, Patience(200))) {
            const WireBytes challenge = message("00000001", server.place.message_bytes);
            const auto left = std::chrono::ceil<Patience>(deadline - Clock::now());
            const WireBytes reply =
                wire->exchange(challenge, challenge.size(), std::max(left, Patience(1)));
            if (reply.size() == challenge.size()) {
                was_ready_ = true;
                was_never_ready_ = false;
                return;  // the checks judge, by name, whether the reply is right
            }
            seen = "a connection was accepted, but the reply to " + to_hex(challenge) + " was " +
                   to_hex(reply);
        }
        pause_for(Patience(milliseconds_between_attempts));
    }
    was_never_ready_ = !was_ready_;
    throw CheckFailure{
        start,
        "the server becomes ready within " + std::to_string(start_patience().count()) + " ms",
        seen};
}

RunningServer& Workbench::shared(std::size_t message_bytes) {
    if (!shared_.process || shared_.place.message_bytes != message_bytes) {
        shared_ = RunningServer{};
        shared_ = start({.message_bytes = message_bytes});
    }
    return shared_;
}

void Workbench::tidy(bool passed) {
    if (shared_.process && (!passed || !shared_.process->is_running())) {
        shared_ = RunningServer{};
    }
}

std::string Workbench::obituary() const {
    if (!shared_.process) {
        return "";
    }
    const auto end = shared_.process->wait_for_end(Patience(20));
    return end ? "; the server ended: " + describe_death(*shared_.process, *end) : "";
}

Wire connect_to(const RunningServer& server) {
    auto wire = Wire::open(server.place);
    if (!wire) {
        throw CheckFailure{"a connection request to " + server.place.text(), "a connection",
                           "no connection" + late_connections_text()};
    }
    return std::move(*wire);
}

void expect_reply(Wire& wire, const WireBytes& sent, const WireBytes& expected) {
    const WireBytes came = wire.exchange(sent, expected.size(), reply_patience);
    if (came == expected) {
        return;
    }
    std::string found = to_hex(came);
    if (came.size() < expected.size()) {
        found += wire.ends(Patience(0))
                     ? ", then the end of the connection"
                     : ", then nothing for " + std::to_string(reply_patience.count()) + " ms";
    } else if (came.size() > to_hex_shows) {
        const auto [difference, other] =
            std::mismatch(came.begin(), came.end(), expected.begin(), expected.end());
        found += ", wrong from byte " + std::to_string(difference - came.begin()) +
                 " on: " + to_hex(WireBytes(difference, std::min(difference + 4, came.end()))) +
                 " instead of " + to_hex(WireBytes(other, std::min(other + 4, expected.end())));
    }
    throw CheckFailure{to_hex(sent), to_hex(expected), found};
}

void expect_service(Wire& wire, std::size_t message_bytes) {
    expect_reply(wire, message("00000001", message_bytes), message("00000002", message_bytes));
}

void expect_still_serving(const RunningServer& server) {
    Wire wire = connect_to(server);
    expect_service(wire, server.place.message_bytes);
}

std::vector<Wire> connect_many(const RunningServer& server, std::size_t count) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < count + descriptors_beside_connections) {
        throw CheckSkipped{"only " + std::to_string(limit.rlim_cur) +
                           " descriptors are allowed for " + std::to_string(count) +
                           " connections; raise the limit with ulimit -n"};
    }
    std::vector<Wire> wires;
    const std::string all = std::to_string(count) + " connection requests";
    const auto opened = [&] {
        return std::to_string(wires.size()) + " of " + std::to_string(count) +
               " connections were open";
    };
    const auto deadline = Clock::now() + patience_for_connections;
    while (wires.size() < count) {
        note_progress(opened());
        if (Clock::now() >= deadline) {
            throw CheckFailure{
                all,
                "all accepted within " + std::to_string(patience_for_connections.count()) + " ms",
                opened() + " by then" + late_connections_text()};
        }
        auto wire = Wire::open(server.place);
        if (!wire) {
            throw CheckFailure{all, "all accepted",
                               "connection " + std::to_string(wires.size() + 1) +
                                   " was not accepted" + late_connections_text()};
        }
        wire->end_by_reset();
        wires.push_back(std::move(*wire));
    }
    note_progress(opened());
    return wires;
}

}  // namespace volley
