#include "run/offload.hh"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/error.hh"
#include "clock/clock.hh"
#include "run/result.hh"
#include "run/watch.hh"

namespace volley {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view refusal = "not offloaded: ";
constexpr std::string_view good_end = "exited with status 0";
// For a program that reads a few files of /proc.
constexpr Duration patience = std::chrono::seconds(5);

std::string failed_check(const std::string& why) {
    return std::string(refusal) + "the check failed: " + why;
}

std::string ask_program(const OffloadCheck& check, const ServerProcess& server, Signals* signals) {
    try {
        // Started and watched as a server is: nothing of it is left at the end of this block.
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

std::set<std::string> sockets_of(const std::vector<ProcessStat>& processes) {
    constexpr std::string_view prefix = "socket:[";
    std::set<std::string> inodes;
    for (const ProcessStat& process : processes) {
        std::error_code gone;
        const fs::path directory = "/proc/" + std::to_string(process.process) + "/fd";
        for (fs::directory_iterator entry(directory, gone), end; !gone && entry != end;
             entry.increment(gone)) {
            std::error_code closed;
            const std::string target = fs::read_symlink(entry->path(), closed).string();
            if (target.starts_with(prefix)) {
                inodes.insert(target.substr(prefix.size(), target.size() - prefix.size() - 1));
            }
        }
    }
    return inodes;
}

// The process that was started and what descends from it, without orphans: a process that has taken
// leave of the server may be the driver of the stack, and its sockets are not the server's.
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

std::size_t carried_by_kernel(const ServerProcess& server, std::uint16_t port) {
    const std::set<std::string> inodes = sockets_of(without_orphans(server));
    std::size_t count = 0;
    for (const char* name : {"tcp", "tcp6"}) {
        // Of the process, because it may live in another network namespace.
        std::ifstream file("/proc/" + std::to_string(server.pid()) + "/net/" + name);
        std::ostringstream table;
        table << file.rdbuf();
        count += established_in_kernel(table.str(), port, inodes);
    }
    return count;
}

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1" || host == "localhost";
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

std::size_t established_in_kernel(std::string_view table, std::uint16_t port,
                                  const std::set<std::string>& inodes) {
    constexpr const char* established = "01";  // TCP_ESTABLISHED, in hexadecimal
    constexpr int hexadecimal = 16;
    std::istringstream lines{std::string(table)};
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
        fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
            timeout >> inode;
        const auto colon = local.rfind(':');
        count += state == established && colon != std::string::npos &&
                         std::strtoul(local.c_str() + colon + 1, nullptr, hexadecimal) == port &&
                         inodes.contains(inode)
                     ? 1
                     : 0;
    }
    return count;
}

std::string check_offload(const OffloadCheck& check, const ServerProcess& server,
                          Signals* signals) {
    const std::string said = ask_program(check, server, signals);
    // The program gives the better reason; the kernel's word is the last.
    const std::size_t carried = carried_by_kernel(server, check.port);
    if (said != offloaded || carried == 0) {
        return said;
    }
    return std::string(refusal) + "the kernel's own TCP carries " +
           std::to_string(std::min(carried, check.connections)) + " of the " +
           std::to_string(check.connections) + " connections" +
           (is_loopback(check.host) ? ", as it always does at " + check.host + ", the loopback"
                                    : "");
}

}  // namespace volley
