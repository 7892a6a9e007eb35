#include "run/offload.hh"

#include <algorithm>
#include <set>
#include <vector>

#include "base/error.hh"
#include "clock/clock.hh"
#include "run/result.hh"
#include "run/watch.hh"

namespace volley {

namespace {

constexpr std::string_view refusal = "not offloaded: ";
constexpr std::string_view good_end = "exited with status 0";
// For a program that reads a few files of /proc.
constexpr Duration patience = std::chrono::seconds(5);

std::string failed_check(const std::string& why) {
    return std::string(refusal) + "the check failed: " + why;
}

std::string ask_program(const OffloadCheck& check, const ServerProcess& server, Signals* signals) {
    try {
        // Started and watched like a server: nothing of it is left at the end of this block.
        ServerProcess program({.command = {check.program, std::to_string(server.pid())}});
        const TimePoint deadline = now() + patience;
        while (!program.has_ended() && now() < deadline) {
            static_cast<void>(wait_for(deadline, nullptr, signals, &program));
        }
        if (!program.has_ended()) {
            return failed_check("no answer within " +
                                format_nanoseconds(static_cast<double>(patience.count())));
        }
        const std::string printed = program.last_lines();
        return offload_verdict(printed, program.how_it_ended());
    } catch (const Error& error) {
        return failed_check(error.what());
    }
}

// The process that was started and its descendants, without orphans: a process that has detached
// from the server may be the driver of the stack, and its sockets are not the server's.
std::vector<ProcessStat> without_orphans(const ServerProcess& server) {
    std::vector<ProcessStat> kept;
    for (const ProcessStat& one : server.family()) {  // parents before their children
        const bool descends = std::any_of(kept.begin(), kept.end(), [&](const ProcessStat& other) {
            return other.process == one.parent;
        });
        if (one.process == server.pid() || descends) {
            kept.push_back(one);
        }
    }
    return kept;
}

std::set<std::string> sockets_of_all(const std::vector<ProcessStat>& processes) {
    std::set<std::string> all;
    for (const ProcessStat& process : processes) {
        all.merge(sockets_of(process.process));
    }
    return all;
}

}  // namespace

std::string offload_verdict(std::string_view printed, std::string_view how_it_ended) {
    if (how_it_ended != good_end) {
        return failed_check("it " + std::string(how_it_ended) +
                            (printed.empty() ? "" : ", saying: " + std::string(printed)));
    }
    if (printed == offloaded || (printed.starts_with(refusal) && printed.size() > refusal.size())) {
        return std::string(printed);
    }
    return failed_check(printed.empty() ? "it said nothing" : "it said: " + std::string(printed));
}

std::string check_offload(const OffloadCheck& check, const ServerProcess& server,
                          Signals* signals) {
    const std::string said = ask_program(check, server, signals);
    // The program gives the better reason; the kernel's tables have the last word.
    const std::string carried = check.endpoint.carried_by_kernel(
        server.pid(), sockets_of_all(without_orphans(server)), check.connections);
    return said != offloaded || carried.empty() ? said : std::string(refusal) + carried;
}

}  // namespace volley
