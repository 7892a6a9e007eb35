// A server under strain: many connections, clients that break off, no descriptors left. Also: the
// CPU time of an idle server.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "conform/check.hh"
#include "conform/workbench.hh"

namespace volley {
namespace {

using Clock = std::chrono::steady_clock;

// Long enough to start and end one thread per connection on a busy machine, and for a server that
// pauses for a second when it cannot accept.
constexpr Patience recovery_patience{15000};
constexpr std::size_t descriptor_slack = 8;  // a runtime opens a few of its own as it warms up

// Idle means less than a fifth of a CPU in one of these slices: a runtime may have to settle first
// (collect garbage, put its threads to sleep).
constexpr Patience idle_slice{250};
constexpr Patience idle_limit{50};
constexpr int idle_slices = 16;

bool polls_busily(const Workbench& bench) {
    return bench.metadata().text("io") == "busy-poll";
}

// CPU time that it has used or waited for in a slice of real time. The kernel adds a wait when it
// is over, so a wait still in progress at the end counts as the whole slice.
Patience demand_in_a_slice(const RunningServer& server) {
    const auto before = server.process->cpu_demand();
    pause_for(idle_slice);
    return server.process->wants_cpu_now()
               ? idle_slice
               : std::chrono::round<Patience>(server.process->cpu_demand() - before);
}

void expect_idle(const Workbench& bench, const RunningServer& server,
                 const std::string& circumstance) {
    if (polls_busily(bench)) {
        return;
    }
    Patience least = demand_in_a_slice(server);
    for (int i = 1; i < idle_slices && least > idle_limit; ++i) {
        least = std::min(least, demand_in_a_slice(server));
    }
    if (least > idle_limit) {
        throw CheckFailure{circumstance,
                           "at most " + std::to_string(idle_limit.count()) + " ms of CPU time in " +
                               std::to_string(idle_slice.count()) + " ms",
                           "at least " + std::to_string(least.count()) + " ms in each of " +
                               std::to_string(idle_slices) + " attempts"};
    }
}

// A new connection is served soon; until then it may be refused.
void expect_recovery(const RunningServer& server, const std::string& circumstance) {
    const auto deadline = Clock::now() + recovery_patience;
    while (Clock::now() < deadline && server.process->is_running()) {
        auto wire = Wire::open(server.place, Patience(200));
        if (wire && wire->exchange(from_hex("00000001"), 4, reply_patience).size() == 4) {
            return;
        }
        pause_for(Patience(10));
    }
    const auto end = server.process->wait_for_end(Patience(0));
    throw CheckFailure{circumstance, "a new connection is served",
                       end ? describe_end(*end)
                           : "no new connection was served for " +
                                 std::to_string(recovery_patience.count()) + " ms"};
}

void expect_descriptors_back(const RunningServer& server, std::size_t before,
                             const std::string& circumstance) {
    const auto deadline = Clock::now() + recovery_patience;
    std::size_t after = server.process->descriptor_count();
    while (after > before + descriptor_slack && Clock::now() < deadline) {
        pause_for(Patience(10));
        after = server.process->descriptor_count();
    }
    if (after > before + descriptor_slack) {
        throw CheckFailure{circumstance,
                           "about " + std::to_string(before) + " open descriptors, as before",
                           std::to_string(after) + " open descriptors"};
    }
}

// A server with a connection that must be served before, during and after the strain.
struct Neighbourhood {
    explicit Neighbourhood(Workbench& bench)
        : server(bench.start()), neighbour(connect_to(server)) {
        expect_service(neighbour);
        descriptors = server.process->descriptor_count();
    }
    void expect_all_as_before(const std::string& circumstance) {
        expect_recovery(server, circumstance);
        expect_descriptors_back(server, descriptors, circumstance);
        expect_service(neighbour);
    }

    const RunningServer server;
    Wire neighbour;
    std::size_t descriptors = 0;
};

void note_closed(int closed, int connections) {
    note_progress(std::to_string(closed) + " of " + std::to_string(connections) +
                  " connections were closed");
}

// A server may refuse connections that it cannot hold, but must not fail.
void many_connections_left(Workbench& bench) {
    constexpr std::size_t count = 10000;
    constexpr std::size_t most_refusals = 3;  // each costs a full wait
    const std::string circumstance = std::to_string(count) + " connections, opened and then closed";
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < count + 100) {
        throw CheckSkipped{"only " + std::to_string(limit.rlim_cur) +
                           " descriptors are allowed; raise the limit with ulimit -n"};
    }
    Neighbourhood near(bench);
    {
        std::vector<Wire> wires;
        std::size_t refusals = 0;
        const auto deadline = Clock::now() + recovery_patience;
        for (std::size_t i = 0; i < count && refusals < most_refusals && Clock::now() < deadline;
             ++i) {
            note_progress(std::to_string(wires.size()) + " of " + std::to_string(count) +
                          " connections were open");
            if (auto wire = Wire::open(near.server.place)) {
                wires.push_back(std::move(*wire));
            } else {
                ++refusals;
            }
        }
        // Most by a reset: so many in TIME_WAIT would hinder later programs.
        for (std::size_t i = 0; i < wires.size(); ++i) {
            if (i % 10 != 0) {
                wires[i].reset();
            }
        }
    }
    near.expect_all_as_before(circumstance);
}

void byte_and_leave(Workbench& bench) {
    constexpr int connections = 500;
    Neighbourhood near(bench);
    for (int i = 0; i < connections; ++i) {
        note_closed(i, connections);
        Wire wire = connect_to(near.server);
        (void)wire.send(from_hex("01"));
    }
    const std::string circumstance =
        std::to_string(connections) + " connections that send 01 and close";
    near.expect_all_as_before(circumstance);
}

void flood_of_resets(Workbench& bench) {
    constexpr int connections = 2000;
    constexpr int between_services = 100;
    Neighbourhood near(bench);
    for (int i = 0; i < connections; ++i) {
        note_closed(i, connections);
        if (auto wire = Wire::open(near.server.place)) {
            if (i % 2 == 0) {
                (void)wire->send(from_hex("00000001"));
            }
            wire->reset();
        }
        if (i % between_services == 0) {
            expect_service(near.neighbour);
        }
    }
    const std::string circumstance = std::to_string(connections) + " connections that are reset";
    near.expect_all_as_before(circumstance);
}

// There are no descriptors for half of the connections, unless a connection costs the server none.
void without_descriptors(Workbench& bench) {
    constexpr std::size_t room = 30;
    constexpr std::size_t count = 2 * room;
    const std::string circumstance = std::to_string(count) +
                                     " connections to a server that may open " +
                                     std::to_string(room) + " more descriptors";
    const RunningServer server = bench.start();
    Wire neighbour = connect_to(server);
    expect_service(neighbour);
    if (!server.process->limit_descriptors(room)) {
        throw CheckSkipped{"conform may not limit the descriptors of another process"};
    }
    {
        std::vector<Wire> served;
        std::vector<Wire> waiting;
        for (std::size_t i = 0; i < count; ++i) {
            note_progress(std::to_string(waiting.size()) + " of " + std::to_string(count) +
                          " connections were open");
            if (auto wire = Wire::open(server.place)) {
                (void)wire->send(from_hex("00000001"));
                waiting.push_back(std::move(*wire));
            }
        }
        const auto deadline = Clock::now() + reply_patience;
        for (Wire& wire : waiting) {
            const auto left = std::chrono::ceil<Patience>(deadline - Clock::now());
            if (wire.receive(4, std::max(left, Patience(1))).size() == 4) {
                served.push_back(std::move(wire));
            }
        }
        if (served.empty()) {
            throw CheckFailure{circumstance, "replies on some of them", "none"};
        }
        expect_idle(bench, server, circumstance + ", with nothing sent on those that are served");
        expect_service(neighbour);
        for (Wire& wire : served) {
            expect_service(wire);
        }
    }
    expect_recovery(server, circumstance + ", all closed again");
    expect_service(neighbour);
}

void idle_costs_nothing(Workbench& bench) {
    constexpr std::size_t connections = 100;
    if (polls_busily(bench)) {
        throw CheckSkipped{"server.toml says io = \"busy-poll\""};
    }
    const RunningServer server = bench.start();
    std::vector<Wire> wires = connect_many(server, connections);
    for (Wire& wire : wires) {
        expect_service(wire);
    }
    expect_idle(bench, server, std::to_string(connections) + " silent connections");
}

Check leaves_no_process(const std::string& name, int number, const std::string& signal) {
    return {name, "no process that the server started outlives it", [=](Workbench& bench) {
                constexpr std::size_t connections = 20;
                RunningServer server = bench.start();
                std::vector<Wire> wires = connect_many(server, connections);
                for (Wire& wire : wires) {
                    expect_service(wire);
                }
                std::vector<ProcessStat> others = server.process->others();
                server.process->signal(number);
                (void)server.process->wait_for_end(reply_patience);
                const auto deadline = Clock::now() + reply_patience;
                const auto still_there = [&] {
                    std::erase_if(others, [](const ProcessStat& one) { return !still_runs(one); });
                    if (others.empty()) {
                        others = server.process->others();  // started in the meantime
                    }
                    return !others.empty();
                };
                while (still_there() && Clock::now() < deadline) {
                    pause_for(Patience(5));
                }
                if (still_there()) {
                    throw CheckFailure{
                        signal + " with " + std::to_string(connections) + " connections",
                        "every process that the server started ends",
                        "still running: " + names_of(others)};
                }
            }};
}

}  // namespace

std::vector<Check> strain_checks() {
    const std::string closed = "a closed connection does not affect others";
    return {
        {"connections-10000-left", closed, many_connections_left},
        {"byte-and-leave", closed, byte_and_leave},
        {"flood-of-resets", "a reset connection does not affect others", flood_of_resets},
        {"without-descriptors",
         "out of descriptors, the server keeps serving, sleeps, and accepts again later",
         without_descriptors},
        {"idle-costs-nothing", "an idle server uses no CPU time", idle_costs_nothing},
        leaves_no_process("sigterm-leaves-no-process", SIGTERM, "SIGTERM"),
        leaves_no_process("sigkill-leaves-no-process", SIGKILL, "SIGKILL"),
    };
}

}  // namespace volley
