// How a server starts, where it listens, and what it refuses.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/error.hh"
#include "conform/check.hh"
#include "conform/workbench.hh"
#include "transport/address.hh"

namespace volley {
namespace {

constexpr const char* refusal_rule =
    "a taken port or wrong flags: one line on stderr, a non-zero status, nothing on stdout";

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + (word.empty() ? "''" : word);
    }
    return text;
}

// Starts the server with these flags and expects it to refuse at once.
void expect_refusal(Workbench& bench, const std::vector<std::string>& flags,
                    const std::string& circumstance) {
    TestedServer process(bench.command(flags));
    const auto end = process.wait_for_end(bench.start_patience() / 4);
    if (end) {
        throw_if_skipped(process, *end);
    }
    const std::string errors = process.standard_error();
    const auto lines = std::count(errors.begin(), errors.end(), '\n');
    const bool whole_lines = errors.empty() || errors.back() == '\n';
    std::string came;
    if (!end) {
        came = "the server keeps running";
    } else if (!WIFEXITED(*end) || WEXITSTATUS(*end) == 0) {
        came = describe_end(*end);
    } else if (!process.standard_output().empty()) {
        came = std::to_string(process.standard_output().size()) + " bytes on stdout";
    } else if (lines + (whole_lines ? 0 : 1) != 1) {
        came = std::to_string(lines + (whole_lines ? 0 : 1)) + " lines on stderr";
    } else {
        return;
    }
    throw CheckFailure{(flags.empty() ? "no flags" : "flags " + joined(flags)) + circumstance,
                       "one line on stderr, a non-zero status, nothing on stdout", came};
}

Check refuses(const std::string& name, const std::vector<std::vector<std::string>>& wrong) {
    return {name, refusal_rule, [=](Workbench& bench) {
                for (const auto& flags : wrong) {
                    expect_refusal(bench, flags, "");
                }
            }};
}

void becomes_ready(Workbench& bench) {
    (void)bench.start();
}

bool listens_itself(const RunningServer& server) {
    if (!server.place.is_local()) {
        return server.process->listens_on(server.place.port);
    }
    const pid_t listener = connect_to(server).listener();
    return listener == 0 || listener == server.process->pid();
}

void the_started_process_serves(Workbench& bench) {
    if (bench.metadata().text("io") == "bypass") {
        throw CheckSkipped{"io = \"bypass\": the kernel does not know its sockets"};
    }
    const RunningServer& server = bench.shared();
    if (!listens_itself(server)) {
        throw CheckFailure{
            "nothing: it was asked which process listens (/proc/PID/fd, SO_PEERCRED)",
            "the started process", "another process; a wrapper script must exec the server"};
    }
}

// Listens on one address, and on no other.
void expect_listening(Workbench& bench, const StartOptions& options, const std::string& elsewhere) {
    bench.need_tcp("addresses");
    const RunningServer server = bench.start(options);
    expect_still_serving(server);
    if (Wire::open({.address = elsewhere, .port = server.place.port}, Patience(500))) {
        throw CheckFailure{"a connection request to " + elsewhere,
                           "a refusal, because the server listens on " + options.address + " only",
                           "a connection"};
    }
}

void address_default(Workbench& bench) {
    expect_listening(bench, {}, "127.0.0.2");
}

void address_ipv4(Workbench& bench) {
    expect_listening(bench, {.address = "127.0.0.2", .name_the_address = true}, "127.0.0.1");
}

void address_ipv6(Workbench& bench) {
    bench.need_tcp("addresses");
    if (!listen_at(resolve("::1", 0))) {
        throw CheckSkipped{"this machine has no ::1"};
    }
    expect_listening(bench, {.address = "::1", .name_the_address = true}, "127.0.0.1");
}

void port_taken(Workbench& bench) {
    const Place place{.transport = bench.transport(), .port = bench.free_port()};
    const OwnedFd socket = listen_at(place);
    if (!socket) {
        throw CheckSkipped{"conform cannot listen on a port itself"};
    }
    expect_refusal(bench, {"-p", std::to_string(place.port)}, ", a port on which conform listens");
}

// A server that sets SO_REUSEPORT on every listener would share the port instead.
void port_taken_by_itself(Workbench& bench) {
    const RunningServer& server = bench.shared();
    expect_refusal(bench, {"-p", std::to_string(server.place.port)},
                   ", a port on which the server already listens");
    expect_still_serving(server);
}

void wrong_address(Workbench& bench) {
    bench.need_tcp("addresses");
    expect_refusal(bench, {"-p", std::to_string(bench.free_port()), "-b", "nowhere.invalid."}, "");
}

void wrong_transport(Workbench& bench) {
    if (bench.metadata().values("transports").size() < 2) {
        throw CheckSkipped{"server.toml lists no second transport, so there is no -t"};
    }
    const std::string port = std::to_string(bench.free_port());
    for (const char* name : {"carrier-pigeon", ""}) {
        expect_refusal(bench, {"-p", port, "-t", name}, "");
    }
}

// In a child that has become another user: whether a challenge is answered.
bool is_served_as(uid_t user, const Place& place) {
    const pid_t child = ::fork();
    if (child == 0) {
        bool served = false;
        if (::setgid(user) == 0 && ::setuid(user) == 0) {
            auto wire = Wire::open(place);
            served = wire && !wire->exchange(from_hex("00000001"), 4, reply_patience).empty();
        }
        ::_exit(served ? 1 : 0);
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

void other_users(Workbench& bench) {
    constexpr uid_t nobody = 65534;
    if (bench.transport() == "tcp") {
        throw CheckSkipped{"not applicable: over tcp the address decides who may connect"};
    }
    if (::geteuid() != 0) {
        throw CheckSkipped{"only root can try it as another user"};
    }
    const RunningServer& server = bench.shared();
    if (is_served_as(nobody, server.place)) {
        throw CheckFailure{"00 00 00 01 by user " + std::to_string(nobody),
                           "the end of the connection, because the server is of user 0", "a reply"};
    }
    expect_still_serving(server);
}

void stdout_stays_empty(Workbench& bench) {
    RunningServer server = bench.start();
    Wire wire = connect_to(server);
    for (int i = 0; i < 100; ++i) {
        expect_service(wire);
    }
    server.process->signal(SIGTERM);
    (void)server.process->wait_for_end(reply_patience);
    const std::string output = server.process->standard_output();
    if (!output.empty()) {
        throw CheckFailure{"100 challenges, then SIGTERM", "nothing on stdout",
                           std::to_string(output.size()) + " bytes, beginning with: " +
                               output.substr(0, output.find('\n')).substr(0, 60)};
    }
}

void threads_follow_cpus(Workbench& bench) {
    if (bench.metadata().text("concurrency") != "thread-per-core") {
        throw CheckSkipped{"concurrency is not \"thread-per-core\""};
    }
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    ::sched_getaffinity(0, sizeof allowed, &allowed);
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE && cpus.size() < 2; ++cpu) {
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) {
            cpus.push_back(cpu);
        }
    }
    if (cpus.size() < 2) {
        throw CheckSkipped{"only one CPU is allowed here; the check needs two"};
    }
    const auto threads_on = [&](const std::vector<int>& some) {
        const RunningServer server = bench.start({.cpus = some});
        std::vector<Wire> wires = connect_many(server, 4);
        for (Wire& wire : wires) {
            expect_service(wire);
        }
        return server.process->thread_count();
    };
    const std::size_t on_one = threads_on({cpus[0]});
    const std::size_t on_two = threads_on(cpus);
    if (on_two <= on_one) {
        throw CheckFailure{
            "4 connections to a server that may use one CPU, and to one that may use two",
            "more threads on two CPUs than on one",
            std::to_string(on_one) + " on one CPU, " + std::to_string(on_two) + " on two"};
    }
}

}  // namespace

std::vector<Check> ready_checks() {
    return {{"becomes-ready", "the server needs only -p PORT to listen and answer", becomes_ready}};
}

std::vector<Check> start_checks() {
    return {
        {"the-started-process-serves", "a wrapper script must exec the server",
         the_started_process_serves},
        {"address-default", "without -b, the server listens on 127.0.0.1 only", address_default},
        {"address-ipv4", "-b names the address to listen on", address_ipv4},
        {"address-ipv6", "-b names the address to listen on", address_ipv6},
        {"port-taken", refusal_rule, port_taken},
        {"port-taken-by-itself", refusal_rule, port_taken_by_itself},
        refuses("missing-port", {{}}),
        refuses("wrong-port", {{"-p", "abc"}, {"-p", "65536"}, {"-p", "-1"}, {"-p", ""}, {"-p"}}),
        {"wrong-address", refusal_rule, wrong_address},
        {"wrong-transport", refusal_rule, wrong_transport},
        {"other-users-are-not-served", "a local transport serves the server's own user only",
         other_users},
        {"stdout-stays-empty", "the server prints nothing on stdout", stdout_stays_empty},
        {"threads-follow-cpus", "the number of threads matches the allowed CPUs",
         threads_follow_cpus},
    };
}

}  // namespace volley
