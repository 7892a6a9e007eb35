#include "process/watcher.hh"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/retry.hh"
#include "clock/clock.hh"
#include "process/family.hh"

namespace volley {
namespace {

constexpr const char* marker_name = "VOLLEY_CLIENT";
constexpr Duration patience_with_survivors = std::chrono::seconds(5);
constexpr int patience_with_watcher_ms = 1000;
constexpr int look_for_survivors_ms = 2;

// The descriptor to the only watcher; -1 if there is none. Written in main before any thread.
int line_to_watcher = -1;

struct Message {
    enum class Kind : int { began, over, farewell, present } kind;
    pid_t process;  // the leader of a group; in `present`: the watcher itself
};

bool tell(int line, const Message& message) {
    return retry_on_eintr([&] { return ::send(line, &message, sizeof message, MSG_NOSIGNAL); }) ==
           sizeof message;
}

std::optional<Message> hear(int line) {
    Message message{};
    return retry_on_eintr([&] { return ::recv(line, &message, sizeof message, 0); }) ==
                   sizeof message
               ? std::optional(message)
               : std::nullopt;
}

bool is_marked(pid_t process, const std::string& marker) {
    std::ifstream file("/proc/" + std::to_string(process) + "/environ", std::ios::binary);
    const std::string environment{std::istreambuf_iterator<char>(file), {}};
    const std::string entry = '\0' + marker + '\0';
    return ('\0' + environment + '\0').find(entry) != std::string::npos;
}

struct Group {
    pid_t leader = 0;
    std::uint64_t started = 0;  // of the leader, to tell it from a later process with its number
};

bool belongs(const ProcessStat& process, const std::string& marker,
             const std::vector<Group>& groups) {
    const bool in_group = std::any_of(groups.begin(), groups.end(), [&](const Group& group) {
        if (process.group != group.leader && process.session != group.leader) {
            return false;
        }
        const auto leader = stat_of(group.leader);
        return !leader || leader->started == group.started;
    });
    return in_group || is_marked(process.process, marker);
}

void kill_survivors(const std::string& marker, const std::vector<Group>& groups) {
    const TimePoint deadline = now() + patience_with_survivors;
    // Looks until there are none twice: a process that was just being started at the first look is
    // seen at the second.
    for (int empty_looks = 0; empty_looks < 2 && now() < deadline;) {
        bool found = false;
        for (const pid_t number : all_processes()) {
            const auto process = stat_of(number);
            if (number != ::getpid() && process && !process->is_dead() &&
                belongs(*process, marker, groups)) {
                found = send_signal(hold(*process), SIGKILL) || found;
            }
        }
        empty_looks = found ? 0 : empty_looks + 1;
        ::poll(nullptr, 0, look_for_survivors_ms);
    }
}

// Closes the client's descriptors: a reader of its output waits until all of them are closed.
void keep_only(int line) {
    ::dup2(line, STDIN_FILENO);
    constexpr unsigned most_descriptors = 1024;  // before Linux 5.9, which lacks close_range
    if (::syscall(SYS_close_range, STDIN_FILENO + 1, ~0U, 0) != 0) {
        for (int fd = STDIN_FILENO + 1; fd < static_cast<int>(most_descriptors); ++fd) {
            ::close(fd);
        }
    }
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDERR_FILENO);
}

[[noreturn]] void watch(int line, const std::string& marker) {
    keep_only(line);
    ::setsid();  // then neither the terminal nor a signal to the client's group ends it
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        ::signal(number, SIG_IGN);
    }
    static_cast<void>(tell(STDIN_FILENO, {Message::Kind::present, ::getpid()}));
    std::vector<Group> groups;
    while (const auto message = hear(STDIN_FILENO)) {
        if (message->kind == Message::Kind::farewell) {
            ::_exit(0);
        }
        std::erase_if(groups, [&](const Group& one) { return one.leader == message->process; });
        const auto leader = stat_of(message->process);
        if (message->kind == Message::Kind::began && leader) {
            groups.push_back({leader->process, leader->started});
        }
    }
    kill_survivors(marker, groups);
    ::_exit(0);
}

}  // namespace

Watcher::Watcher() {
    const auto self = stat_of(::getpid());
    const std::string marker =
        std::to_string(::getpid()) + "." + std::to_string(self ? self->started : 0);
    ::setenv(marker_name, marker.c_str(), 1);
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0) {
        OwnedFd ours(ends[0]);
        OwnedFd its(ends[1]);
        // A grandchild whose parent ends at once, so that the watcher is not our child: our
        // descendants are servers.
        const pid_t between = ::fork();
        if (between == 0) {
            ours.reset();
            if (::fork() == 0) {
                watch(its.get(), std::string(marker_name) + "=" + marker);
            }
            ::_exit(0);
        }
        its.reset();
        if (between > 0) {
            static_cast<void>(retry_on_eintr([&] { return ::waitpid(between, nullptr, 0); }));
        }
        if (const auto present = hear(ours.get())) {
            ended_ = OwnedFd(static_cast<int>(::syscall(SYS_pidfd_open, present->process, 0)));
            line_to_watcher = ours.release();
        }
    }
    adopt_orphans();
}

Watcher::~Watcher() {
    if (line_to_watcher >= 0) {
        static_cast<void>(tell(line_to_watcher, {Message::Kind::farewell, 0}));
        ::close(std::exchange(line_to_watcher, -1));
        pollfd ended{.fd = ended_.get(), .events = POLLIN, .revents = 0};
        ::poll(&ended, 1, patience_with_watcher_ms);
    }
}

void Watcher::note_start(pid_t leader) {
    static_cast<void>(tell(line_to_watcher, {Message::Kind::began, leader}));
}

void Watcher::note_end(pid_t leader) {
    static_cast<void>(tell(line_to_watcher, {Message::Kind::over, leader}));
}

}  // namespace volley
