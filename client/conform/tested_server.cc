#include "conform/tested_server.hh"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/dispositions.hh"
#include "base/error.hh"
#include "clock/clock.hh"
#include "conform/time_limit.hh"
#include "host/affinity_mask.hh"
#include "process/command.hh"
#include "transport/kernel_table.hh"

namespace volley {
namespace {

constexpr std::size_t kept_output_bytes = 64 << 10;

// Kills the process groups at once. The watcher kills processes that have left them, as soon as the
// tester is gone.
void kill_and_die(int number) {
    for (std::size_t slot = 0; slot < most_own_children; ++slot) {
        if (const pid_t leader = own_child(slot); leader > 0) {
            ::kill(-leader, SIGKILL);
            ::waitpid(leader, nullptr, 0);
        }
    }
    ::signal(number, SIG_DFL);
    ::raise(number);
}

std::string read_output(int fd) {
    std::string text(kept_output_bytes, '\0');
    const ssize_t length = ::pread(fd, text.data(), text.size(), 0);
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return text;
}

OwnedFd open_memory(const char* name) {
    OwnedFd memory(::memfd_create(name, MFD_CLOEXEC));
    if (!memory || ::fcntl(memory.get(), F_SETFL, O_APPEND) != 0) {
        throw_errno("cannot keep the output of the server", errno);
    }
    return memory;
}

}  // namespace

TestedServer::TestedServer(const std::vector<std::string>& command, const std::vector<int>& cpus)
    : output_(open_memory("stdout")), error_(open_memory("stderr")) {
    const auto failure = start_command({.command = command,
                                        .output = output_.get(),
                                        .error = error_.get(),
                                        .as_a_shell = false,
                                        .prepare =
                                            [&] {
                                                errno =
                                                    cpus.empty() ? 0 : set_affinity_mask(0, cpus);
                                                return errno == 0 ? 0 : 1;
                                            }},
                                       process_);
    if (failure) {
        throw_errno("cannot run " + command.front(), failure->error,
                    "give the path of an executable file or a script with a #! line");
    }
}

std::optional<int> TestedServer::wait_for_end(std::chrono::milliseconds patience) const {
    constexpr Duration between_looks = std::chrono::milliseconds(200);
    const TimePoint deadline = now() + patience;
    while (!process_->has_ended_by(std::min(deadline, now() + between_looks))) {
        if (now() >= deadline) {
            return std::nullopt;
        }
        pause_for(Patience(0));  // the check still keeps its limit
    }
    return process_->wait_status();
}

std::string TestedServer::standard_output() const {
    return read_output(output_.get());
}
std::string TestedServer::standard_error() const {
    return read_output(error_.get());
}

std::vector<pid_t> TestedServer::running() const {
    std::vector<pid_t> found;
    for (const ProcessStat& one : process_->family()) {
        if (!one.is_dead()) {
            found.push_back(one.process);
        }
    }
    return found;
}

std::chrono::nanoseconds TestedServer::cpu_demand() const {
    std::chrono::nanoseconds sum{};
    for (const pid_t process : running()) {
        sum += cpu_demand_of(process);
    }
    return sum;
}

bool TestedServer::wants_cpu_now() const {
    const std::vector<pid_t> all = running();
    return std::any_of(all.begin(), all.end(), volley::wants_cpu_now);
}

bool TestedServer::limit_descriptors(std::size_t more) const {
    bool limited = true;
    for (const pid_t process : running()) {
        limited = limit_descriptors_of(process, more) && limited;
    }
    return limited;
}

bool TestedServer::listens_on(std::uint16_t port) const {
    return count_rows(tables_of(::getpid()), table_listens, port, sockets_of(pid())) > 0;
}

std::string describe_end(int wait_status) {
    if (WIFSIGNALED(wait_status)) {
        const int number = WTERMSIG(wait_status);
        return "killed by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")";
    }
    return "exit status " + std::to_string(WEXITSTATUS(wait_status));
}

void kill_servers_when_interrupted() {
    struct sigaction action {};
    action.sa_handler = kill_and_die;
    ::sigfillset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        if (!is_ignored(number)) {
            ::sigaction(number, &action, nullptr);
        }
    }
    ::signal(SIGCHLD, SIG_DFL);  // in case the parent ignored it: servers are waited for
}

}  // namespace volley
