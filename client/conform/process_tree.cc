#include "conform/process_tree.hh"

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace volley {
namespace {

namespace filesystem = std::filesystem;

std::vector<filesystem::path> entries_of(const std::string& directory) {
    std::vector<filesystem::path> paths;
    std::error_code gone;
    for (filesystem::directory_iterator entry(directory, gone), end; !gone && entry != end;
         entry.increment(gone)) {
        paths.push_back(entry->path());
    }
    return paths;
}

// The state in its file stat, see proc(5), comes after the name in parentheses, which may hold
// anything. X where the process or thread is gone.
char read_state(const filesystem::path& process_or_task) {
    std::ifstream in(process_or_task / "stat");
    std::string line;
    std::getline(in, line);
    const std::size_t name_end = line.rfind(") ");
    return name_end == std::string::npos ? 'X' : line.substr(name_end + 2).front();
}

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    for (const filesystem::path& task : entries_of("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream in(task / "children");
        for (pid_t child = 0; in >> child;) {
            children.push_back(child);
        }
    }
    return children;
}

}  // namespace

std::vector<pid_t> descendants_of(pid_t root) {
    std::vector<pid_t> found = children_of(root);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::vector<pid_t> children = children_of(found[i]);
        found.insert(found.end(), children.begin(), children.end());
    }
    std::erase_if(found, [](pid_t pid) { return !process_runs(pid); });
    return found;
}

bool process_runs(pid_t pid) {
    const char state = read_state("/proc/" + std::to_string(pid));
    return state != 'X' && state != 'Z';
}

bool wants_cpu_now(pid_t pid) {
    const auto tasks = entries_of("/proc/" + std::to_string(pid) + "/task");
    return std::any_of(tasks.begin(), tasks.end(),
                       [](const filesystem::path& task) { return read_state(task) == 'R'; });
}

// schedstat of a thread: nanoseconds on a CPU, nanoseconds waiting for one, slices.
std::chrono::nanoseconds cpu_demand_of(pid_t pid) {
    std::chrono::nanoseconds sum{};
    for (const filesystem::path& task : entries_of("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream in(task / "schedstat");
        std::int64_t used = 0;
        std::int64_t waited = 0;
        if (in >> used >> waited) {
            sum += std::chrono::nanoseconds(used + waited);
        }
    }
    return sum;
}

bool limit_descriptors_of(pid_t pid, std::size_t more) {
    std::set<std::size_t> taken;
    for (const filesystem::path& entry : entries_of("/proc/" + std::to_string(pid) + "/fd")) {
        taken.insert(std::stoul(entry.filename().string()));
    }
    // The limit is on the number, and a process may have taken high ones.
    rlim_t allowed = 0;
    for (std::size_t free = 0; free < more; ++allowed) {
        free += taken.contains(allowed) ? 0 : 1;
    }
    const rlimit limit{allowed, allowed};
    return ::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr) == 0;
}

}  // namespace volley
