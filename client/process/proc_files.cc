#include "process/proc_files.hh"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

#include "host/system_files.hh"

namespace volley {
namespace {

namespace filesystem = std::filesystem;

std::string folder_of(pid_t process) {
    return "/proc/" + std::to_string(process);
}

std::vector<filesystem::path> entries_of(const std::string& directory) {
    std::vector<filesystem::path> entries;
    std::error_code gone;
    for (filesystem::directory_iterator entry(directory, gone), end; !gone && entry != end;
         entry.increment(gone)) {
        entries.push_back(entry->path());
    }
    return entries;
}

std::string text_of(const filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<pid_t> number_in(const std::string& text) {
    pid_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

bool kernel_lists_children() {
    static const bool lists = filesystem::exists(folder_of(::getpid()) + "/task/" +
                                                 std::to_string(::getpid()) + "/children");
    return lists;
}

std::vector<pid_t> children_by_search(pid_t process) {
    std::vector<pid_t> children;
    for (const pid_t other : all_processes()) {
        const auto stat = stat_of(other);
        if (stat && stat->parent == process) {
            children.push_back(other);
        }
    }
    return children;
}

char state_of_task(const filesystem::path& task) {
    const auto stat = parse_stat(0, text_of(task / "stat"));
    return stat ? stat->state : 'X';
}

}  // namespace

std::optional<ProcessStat> parse_stat(pid_t process, const std::string& text) {
    // The name may contain blanks and parentheses, so fields are counted from the last parenthesis.
    const std::size_t name_begin = text.find('(');
    const std::size_t name_end = text.rfind(')');
    if (name_begin == std::string::npos || name_end == std::string::npos || name_end < name_begin) {
        return std::nullopt;
    }
    ProcessStat stat{.process = process,
                     .name = text.substr(name_begin + 1, name_end - name_begin - 1)};
    std::istringstream fields(text.substr(name_end + 1));
    const auto skip = [&](int count) {
        std::string skipped;
        for (; count > 0; --count) {
            fields >> skipped;
        }
    };
    // proc(5): state is field 3.
    fields >> stat.state >> stat.parent >> stat.group >> stat.session;
    skip(7);
    fields >> stat.ticks.user >> stat.ticks.system >> stat.ticks.children_user >>
        stat.ticks.children_system;
    skip(2);
    fields >> stat.threads;
    skip(1);
    fields >> stat.started;
    return fields ? std::optional(stat) : std::nullopt;
}

std::optional<ProcessStat> stat_of(pid_t process) {
    return parse_stat(process, text_of(folder_of(process) + "/stat"));
}

std::vector<pid_t> all_processes() {
    std::vector<pid_t> found;
    for (const auto& entry : entries_of("/proc")) {
        if (const auto number = number_in(entry.filename().string())) {
            found.push_back(*number);
        }
    }
    return found;
}

std::vector<pid_t> children_of(pid_t process) {
    if (!kernel_lists_children()) {
        return children_by_search(process);
    }
    std::vector<pid_t> children;
    for (const auto& task : entries_of(folder_of(process) + "/task")) {
        std::ifstream in(task / "children");
        for (pid_t child = 0; in >> child;) {
            children.push_back(child);
        }
    }
    return children;
}

bool still_runs(const ProcessStat& process) {
    const auto stat = stat_of(process.process);
    return stat && stat->started == process.started && !stat->is_dead();
}

std::optional<bool> ignores_children(pid_t process) {
    constexpr int hexadecimal = 16;
    const auto ignored = value_of(text_of(folder_of(process) + "/status"), "SigIgn", ':');
    std::uint64_t mask = 0;
    if (!ignored ||
        std::from_chars(ignored->data(), ignored->data() + ignored->size(), mask, hexadecimal).ec !=
            std::errc{}) {
        return std::nullopt;
    }
    return (mask >> (SIGCHLD - 1) & 1U) != 0;
}

std::optional<std::uint64_t> shared_out_memory_of(pid_t process) {
    const auto value = value_of(text_of(folder_of(process) + "/smaps_rollup"), "Pss", ':');
    std::uint64_t kibibytes = 0;
    if (!value || std::from_chars(value->data(), value->data() + value->size(), kibibytes).ec !=
                      std::errc{}) {
        return std::nullopt;
    }
    constexpr std::uint64_t bytes_per_kibibyte = 1024;
    return kibibytes * bytes_per_kibibyte;
}

bool wants_cpu_now(pid_t process) {
    const auto tasks = entries_of(folder_of(process) + "/task");
    return std::any_of(tasks.begin(), tasks.end(),
                       [](const auto& task) { return state_of_task(task) == 'R'; });
}

// schedstat of a thread: nanoseconds on a CPU, nanoseconds waiting for one, slices.
std::chrono::nanoseconds cpu_demand_of(pid_t process) {
    std::chrono::nanoseconds sum{};
    for (const auto& task : entries_of(folder_of(process) + "/task")) {
        std::ifstream in(task / "schedstat");
        std::int64_t used = 0;
        std::int64_t waited = 0;
        if (in >> used >> waited) {
            sum += std::chrono::nanoseconds(used + waited);
        }
    }
    return sum;
}

std::size_t count_of(pid_t process, const std::string& name) {
    return entries_of(folder_of(process) + "/" + name).size();
}

std::set<std::string> sockets_of(pid_t process) {
    constexpr std::string_view prefix = "socket:[";
    std::set<std::string> inodes;
    for (const auto& entry : entries_of(folder_of(process) + "/fd")) {
        std::error_code closed;
        const std::string target = filesystem::read_symlink(entry, closed).string();
        if (target.starts_with(prefix)) {
            inodes.insert(target.substr(prefix.size(), target.size() - prefix.size() - 1));
        }
    }
    return inodes;
}

bool limit_descriptors_of(pid_t process, std::size_t more) {
    std::set<std::size_t> taken;
    for (const auto& entry : entries_of(folder_of(process) + "/fd")) {
        taken.insert(std::stoul(entry.filename().string()));
    }
    // The limit is on the descriptor's number, and a process may use high numbers.
    rlim_t allowed = 0;
    for (std::size_t free = 0; free < more; ++allowed) {
        free += taken.contains(allowed) ? 0 : 1;
    }
    const rlimit limit{allowed, allowed};
    return ::prlimit(process, RLIMIT_NOFILE, &limit, nullptr) == 0;
}

}  // namespace volley
