// How a server ends, by a zero challenge or by a signal, and how it restarts.
#include <sys/wait.h>

#include <csignal>

#include "conform/check.hh"
#include "conform/workbench.hh"

namespace volley {
namespace {

// The contract's limit for signals. It has none for a zero challenge: reply_patience applies.
constexpr Patience signal_limit{1000};
// A busy machine is late sometimes, a wrong server every time.
constexpr int signal_attempts = 3;

void expect_end_by_zero(RunningServer& server, const WireBytes& zero) {
    Wire wire = connect_to(server);
    expect_service(wire, server.place.message_bytes);
    (void)wire.send(zero);
    const auto end = server.process->wait_for_end(reply_patience);
    if (!end || !WIFEXITED(*end) || WEXITSTATUS(*end) != 0) {
        throw CheckFailure{
            to_hex(zero), "the server ends with exit status 0",
            end ? describe_end(*end)
                : "still running after " + std::to_string(reply_patience.count()) + " ms"};
    }
}

void zero_terminates(Workbench& bench) {
    RunningServer server = bench.start();
    expect_end_by_zero(server, from_hex("00000000"));
}

void zero_terminates_beside_others(Workbench& bench) {
    constexpr std::size_t others = 20;
    RunningServer server = bench.start();
    std::vector<Wire> wires = connect_many(server, others);
    for (Wire& wire : wires) {
        expect_service(wire);
    }
    expect_end_by_zero(server, from_hex("00000000"));
}

void size_zero_terminates(Workbench& bench) {
    if (!bench.metadata().has_capability("size")) {
        throw CheckSkipped{"server.toml does not list the capability \"size\""};
    }
    RunningServer server = bench.start({.message_bytes = 8});
    expect_end_by_zero(server, from_hex("00000000 01020304"));
}

// Every connection has been served, and has a challenge in flight when the signal arrives.
Check ends_by_signal(const std::string& name, int number, std::size_t connections) {
    const std::string what = std::string(number == SIGTERM ? "SIGTERM" : "SIGINT") + " with " +
                             std::to_string(connections) + " connections";
    return {name, "SIGTERM and SIGINT end the server within one second", [=](Workbench& bench) {
                for (int attempt = 0; attempt < signal_attempts; ++attempt) {
                    RunningServer server = bench.start();
                    std::vector<Wire> wires = connect_many(server, connections);
                    for (Wire& wire : wires) {
                        expect_service(wire);
                        (void)wire.send(from_hex("00000001"));
                    }
                    server.process->signal(number);
                    if (server.process->wait_for_end(signal_limit)) {
                        return;
                    }
                }
                throw CheckFailure{
                    what, "the server ends within " + std::to_string(signal_limit.count()) + " ms",
                    "still running after that in each of " + std::to_string(signal_attempts) +
                        " attempts"};
            }};
}

// Several times, without a pause: a port released some milliseconds after the end is free in most
// attempts.
constexpr int restarts = 5;

void restart_on_the_same_port(Workbench& bench) {
    StartOptions options;
    std::vector<Wire> wires;
    for (int restart = 0; restart <= restarts; ++restart) {
        try {
            RunningServer server = bench.start(options);
            options.port = server.place.port;
            wires = connect_many(server, 4);
            for (Wire& wire : wires) {
                expect_service(wire);
            }
            // The server closes first, so the server's port is in TIME_WAIT.
            server.process->signal(SIGTERM);
            if (!server.process->wait_for_end(reply_patience)) {
                server.process->signal(SIGKILL);
                (void)server.process->wait_for_end(reply_patience);
            }
        } catch (CheckFailure& failure) {
            if (restart > 0) {
                failure.sent = "after SIGTERM with 4 open connections: " + failure.sent;
            }
            throw;
        }
    }
}

}  // namespace

std::vector<Check> ending_checks() {
    const std::string zero = "a zero challenge ends the server with status 0";
    return {
        {"zero-terminates", zero, zero_terminates},
        {"zero-terminates-beside-others", zero, zero_terminates_beside_others},
        {"size-zero-terminates", zero + ", whatever the payload", size_zero_terminates},
        ends_by_signal("sigterm-idle", SIGTERM, 0),
        ends_by_signal("sigterm-busy", SIGTERM, 1000),
        ends_by_signal("sigint-idle", SIGINT, 0),
        ends_by_signal("sigint-busy", SIGINT, 1000),
        {"restart-on-the-same-port",
         "the server can be restarted on the same port at once (SO_REUSEADDR)",
         restart_on_the_same_port},
    };
}

}  // namespace volley
