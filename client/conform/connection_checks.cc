// Checks that connections do not affect each other.

#include <chrono>

#include "conform/check.hh"
#include "conform/workbench.hh"

namespace volley {
namespace {

using Clock = std::chrono::steady_clock;

Check at_once(std::size_t count) {
    return {"connections-" + std::to_string(count), "all open connections are served",
            [=](Workbench& bench) {
                std::vector<Wire> wires = connect_many(bench.shared(), count);
                for (int round = 0; round < 2; ++round) {
                    for (Wire& wire : wires) {
                        (void)wire.send(from_hex("01020304"));
                    }
                    for (std::size_t i = 0; i < count; ++i) {
                        const WireBytes came = wires[i].receive(4);
                        if (came != from_hex("01020305")) {
                            throw CheckFailure{
                                "01 02 03 04 on each of " + std::to_string(count) + " connections",
                                "01 02 03 05 on each",
                                to_hex(came) + " on connection " + std::to_string(i + 1)};
                        }
                    }
                }
            }};
}

void silent_beside_busy(Workbench& bench) {
    constexpr int round_trips = 200;
    const RunningServer& server = bench.shared();
    Wire silent = connect_to(server);
    Wire busy = connect_to(server);
    for (int i = 0; i < round_trips; ++i) {
        expect_service(busy);
    }
    expect_service(silent);
}

void close_after_half_a_challenge(Workbench& bench) {
    const RunningServer& server = bench.shared();
    Wire neighbour = connect_to(server);
    expect_service(neighbour);
    {
        Wire leaving = connect_to(server);
        expect_service(leaving);
        (void)leaving.send(from_hex("0000"));
    }
    expect_service(neighbour);
    expect_still_serving(server);
}

void half_close_gets_its_reply(Workbench& bench) {
    const RunningServer& server = bench.shared();
    Wire wire = connect_to(server);
    expect_service(wire);
    (void)wire.send(from_hex("000000ff"));
    wire.shutdown_sending();
    const std::string sent = "00 00 00 ff, then a shutdown of the sending side";
    const WireBytes came = wire.receive(4);
    if (came != from_hex("00000100")) {
        throw CheckFailure{sent, "00 00 01 00, then the end of the connection", to_hex(came)};
    }
    if (!wire.ends()) {
        throw CheckFailure{sent, "00 00 01 00, then the end of the connection",
                           "00 00 01 00, but the connection stayed open"};
    }
    expect_still_serving(server);
}

void reset_in_mid_reply(Workbench& bench) {
    constexpr int resets = 20;
    const RunningServer& server = bench.shared();
    // Fewer packets, because the buffers of both sides count each as a page.
    const std::size_t challenges = server.place.keeps_boundaries() ? 50 : 1000;
    Wire neighbour = connect_to(server);
    expect_service(neighbour);
    for (int i = 0; i < resets; ++i) {
        Wire wire = connect_to(server);
        (void)wire.send(repeated(from_hex("00000001"), challenges));
        (void)wire.receive(4);
        wire.reset();
    }
    expect_service(neighbour);
    expect_still_serving(server);
}

void no_descriptor_leaks(Workbench& bench) {
    constexpr int connections = 1000;
    constexpr std::size_t slack = 8;  // a runtime opens a few of its own as it warms up
    RunningServer& server = bench.shared();
    const auto connect_and_close = [&](int count) {
        for (int i = 0; i < count; ++i) {
            note_progress(std::to_string(i) + " of " + std::to_string(count) +
                          " connections were opened and closed");
            Wire wire = connect_to(server);
            if (i % 2 == 0) {
                expect_service(wire);
            }
        }
    };
    connect_and_close(20);
    expect_still_serving(server);
    pause_for(Patience(20));  // lets the server see the last closes: a lower start is stricter
    const std::size_t before = server.process->descriptor_count();
    connect_and_close(connections);
    const auto deadline = Clock::now() + reply_patience;
    std::size_t after = server.process->descriptor_count();
    while (after > before + slack && Clock::now() < deadline) {
        pause_for(Patience(5));
        after = server.process->descriptor_count();
    }
    if (after > before + slack) {
        throw CheckFailure{std::to_string(connections) + " connections, opened and closed",
                           "about " + std::to_string(before) + " open descriptors, as before",
                           std::to_string(after) + " open descriptors"};
    }
}

}  // namespace

std::vector<Check> connection_checks() {
    return {
        at_once(1),
        at_once(64),
        at_once(1000),
        {"silent-beside-busy", "a silent connection does not delay others", silent_beside_busy},
        {"close-after-half-a-challenge", "a closed connection does not affect others",
         close_after_half_a_challenge},
        {"half-close-gets-its-reply", "a half-closed connection still gets its reply",
         half_close_gets_its_reply},
        {"reset-in-mid-reply", "a reset connection does not affect others", reset_in_mid_reply},
        {"no-descriptor-leaks", "a closed connection releases its descriptor", no_descriptor_leaks},
    };
}

}  // namespace volley
