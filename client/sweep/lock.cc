#include "sweep/lock.hh"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <vector>

#include "base/error.hh"
#include "base/retry.hh"
#include "host/system_files.hh"
#include "report/layout.hh"
#include "sweep/command.hh"

namespace volley {

namespace {

constexpr std::size_t shown_of_command = 300;

struct Address {
    sockaddr_un socket{};
    socklen_t length = 0;
};

// A leading zero byte makes the name abstract: no file stands for it.
Address address_of(const std::string& name) {
    Address address;
    address.socket.sun_family = AF_UNIX;
    const std::size_t length = std::min(name.size(), sizeof address.socket.sun_path - 1);
    std::copy_n(name.begin(), length, std::next(std::begin(address.socket.sun_path)));
    address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
    return address;
}

const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address.socket);
}

std::string text_of(const std::string& path) {
    return SystemFiles().text(path).value_or("");
}

// The process that listens on the socket; 0 if it has just ended.
int holder_of(const Address& address) {
    const OwnedFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ucred peer{};
    socklen_t size = sizeof peer;
    const bool known = fd && retry_on_eintr([&] {
                                 return ::connect(fd.get(), generic(address), address.length);
                             }) == 0 &&
                       ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    return known ? peer.pid : 0;
}

// How long a process has been running, from the 22nd field of its stat line (the second field may
// hold anything, but ends with the last parenthesis).
std::string age_of(int process) {
    const std::string stat = text_of("/proc/" + std::to_string(process) + "/stat");
    std::istringstream fields(stat.substr(std::min(stat.rfind(')'), stat.size() - 1) + 1));
    std::string skipped;
    for (int field = 3; field < 22; ++field) {
        fields >> skipped;
    }
    double ticks = 0;
    double uptime = 0;
    std::istringstream(text_of("/proc/uptime")) >> uptime;
    const auto hertz = static_cast<double>(::sysconf(_SC_CLK_TCK));
    return fields >> ticks ? whole_time(uptime - ticks / hertz) : "";
}

// Where its results go; "" if that cannot be determined, as for another user's process.
std::string results_of(const std::string& directory, const std::vector<std::string>& words) {
    std::error_code error;
    const auto where = std::filesystem::read_symlink(directory + "/cwd", error);
    const auto program = std::filesystem::read_symlink(directory + "/exe", error);
    if (error || words.empty()) {
        return "";
    }
    try {
        const SweepCommand command = parse_sweep_command({words.begin() + 1, words.end()});
        const std::string results = results_directory(command, place_of_results(program));
        return (where / results).lexically_normal().string();
    } catch (const Error&) {
        return "";  // its --plan is relative to another directory than ours, or has changed
    }
}

std::string describe_holder(int process) {
    const std::string directory = "/proc/" + std::to_string(process);
    std::vector<std::string> words;
    std::istringstream command(text_of(directory + "/cmdline"));
    std::string line;
    for (std::string word; std::getline(command, word, '\0');) {
        words.push_back(word);
        line += (line.empty() ? "" : " ") + word;
    }
    const std::string age = age_of(process);
    const std::string results = results_of(directory, words);
    return "process " + std::to_string(process) + (age.empty() ? "" : ", for " + age) +
           (line.empty() ? "" : ": " + cut(printable(line), shown_of_command)) +
           (results.empty() ? "" : "; its results: " + printable(results));
}

}  // namespace

std::string SweepLock::default_name() {
    const char* const name = std::getenv("VOLLEY_SWEEP_LOCK");
    return name != nullptr && *name != '\0' ? name : "volley-sweep";
}

SweepLock::SweepLock(const std::string& name)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const Address address = address_of(name);
    if (!fd_) {
        throw_errno("cannot create the lock that lets one sweep run at a time", errno);
    }
    if (::bind(fd_.get(), generic(address), address.length) == 0) {
        // Connections get no answer: it is enough that the kernel accepts them.
        if (::listen(fd_.get(), SOMAXCONN) != 0) {
            throw_errno("cannot create the lock that lets one sweep run at a time", errno);
        }
        return;
    }
    if (errno != EADDRINUSE) {
        throw_errno("cannot create the lock that lets one sweep run at a time", errno);
    }
    const int holder = holder_of(address);
    throw Error(
        ExitCode::failed,
        "another sweep is running on this machine" +
            (holder == 0 ? std::string() : " (" + describe_holder(holder) + ")"),
        holder == 0 ? "try again" : "wait for it, or stop it with: kill " + std::to_string(holder));
}

}  // namespace volley
