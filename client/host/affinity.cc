#include "host/affinity.hh"

#include <numa.h>
#include <numaif.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/error.hh"
#include "host/affinity_mask.hh"
#include "host/system_files.hh"

namespace volley {

namespace {

struct ThreadStatus {
    char state = '?';
    int last_cpu = -1;
};

// Field 3 (state) and field 39 (last CPU) of /proc/PID/task/TID/stat. The command name before them
// may contain blanks and parentheses, so fields are counted from the last closing parenthesis.
std::optional<ThreadStatus> status_of(const SystemFiles& files, const std::string& folder) {
    const std::optional<std::string> stat = files.line(folder + "/stat");
    const std::size_t name_end = stat ? stat->rfind(')') : std::string::npos;
    if (name_end == std::string::npos) {
        return std::nullopt;
    }
    std::string_view rest = trimmed(std::string_view(*stat).substr(name_end + 1));
    ThreadStatus status;
    constexpr int state_field = 3;
    constexpr int cpu_field = 39;
    for (int field = state_field; !rest.empty(); ++field) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        if (field == state_field) {
            status.state = word.front();
        } else if (field == cpu_field) {
            std::from_chars(word.data(), word.data() + word.size(), status.last_cpu);
            break;
        }
        rest = trimmed(rest.substr(word.size()));
    }
    return status;
}

int node_of(const Topology& topology, int cpu) {
    const Cpu* const found = topology.find(cpu);
    return found == nullptr ? -1 : found->node;
}

std::string describe(const ThreadPlace& place) {
    std::string text = "thread " + std::to_string(place.thread) + " may run on CPUs " +
                       format_cpu_list(place.allowed);
    if (place.last_cpu >= 0) {
        text += " and last ran on CPU " + std::to_string(place.last_cpu);
    }
    return text;
}

}  // namespace

void pin_this_thread(const CpuList& cpus) {
    if (cpus.empty()) {
        return;
    }
    const std::string what = "cannot pin a thread to CPUs " + format_cpu_list(cpus);
    const std::string remedy =
        "choose CPUs that are online and in this process's cpuset, or use --no-placement";
    if (const int error = set_affinity_mask(0, cpus); error != 0) {
        throw_errno(what, error, remedy);
    }
    const std::optional<CpuList> now = affinity_mask_of(0);
    if (!now || *now != cpus) {
        throw Error(ExitCode::failed,
                    what + ": the kernel made it " +
                        (now ? "CPUs " + format_cpu_list(*now) : std::string("unreadable")),
                    remedy);
    }
}

bool bind_memory_of_this_thread(const std::vector<int>& nodes) {
    if (nodes.empty()) {
        return true;
    }
    if (::numa_available() < 0) {
        return false;
    }
    // Calls set_mempolicy directly: numa_set_membind prints a failure instead of returning it.
    constexpr std::size_t word_bits = sizeof(unsigned long) * CHAR_BIT;
    constexpr std::size_t most_nodes = 1024;  // the largest CONFIG_NODES_SHIFT of any kernel is 10
    std::array<unsigned long, most_nodes / word_bits> mask{};
    for (const int node : nodes) {
        const auto bit = static_cast<std::size_t>(node);
        if (node < 0 || bit >= most_nodes) {
            return false;
        }
        mask[bit / word_bits] |= 1UL << (bit % word_bits);
    }
    // The kernel uses one bit less than it is told, hence + 1.
    return ::set_mempolicy(MPOL_BIND, mask.data(), most_nodes + 1) == 0;
}

std::vector<ThreadPlace> places_of_process(pid_t process, const Topology& topology) {
    const SystemFiles files;
    const std::string folder = "/proc/" + std::to_string(process) + "/task";
    std::vector<ThreadPlace> places;
    for (const std::string& name : files.names(folder)) {
        ThreadPlace place;
        const auto [rest, error] =
            std::from_chars(name.data(), name.data() + name.size(), place.thread);
        if (error != std::errc{} || rest != name.data() + name.size()) {
            continue;
        }
        // Threads may end while they are read. One that is gone, or dead and not yet reaped, runs
        // nowhere.
        const std::optional<CpuList> allowed = affinity_mask_of(place.thread);
        const std::optional<ThreadStatus> status = status_of(files, folder + "/" + name);
        if (!allowed || !status || status->state == 'Z' || status->state == 'X') {
            continue;
        }
        place.allowed = *allowed;
        place.last_cpu = status->last_cpu;
        place.node = node_of(topology, status->last_cpu);
        places.push_back(std::move(place));
    }
    std::sort(places.begin(), places.end(),
              [](const ThreadPlace& a, const ThreadPlace& b) { return a.thread < b.thread; });
    return places;
}

ThreadPlace place_of_this_thread(const Topology& topology) {
    const int cpu = ::sched_getcpu();
    return {.thread = ::gettid(),
            .allowed = affinity_mask_of(0).value_or(CpuList{}),
            .last_cpu = cpu,
            .node = node_of(topology, cpu)};
}

std::string deviation(const std::vector<ThreadPlace>& places, const CpuList& wanted,
                      const std::string& who) {
    if (wanted.empty()) {
        return "";
    }
    const auto deviates = [&](const ThreadPlace& place) {
        const bool within =
            std::includes(wanted.begin(), wanted.end(), place.allowed.begin(), place.allowed.end());
        const bool ran_there =
            place.last_cpu < 0 || std::binary_search(wanted.begin(), wanted.end(), place.last_cpu);
        return !within || place.allowed.empty() || !ran_there;
    };
    const auto first = std::find_if(places.begin(), places.end(), deviates);
    if (first == places.end()) {
        return "";
    }
    const auto others = std::count_if(first + 1, places.end(), deviates);
    return who + ": " + describe(*first) + ", but the plan is CPUs " + format_cpu_list(wanted) +
           (others > 0 ? " (" + std::to_string(others) + " more threads likewise)" : "");
}

std::vector<int> nodes_to_bind(const Topology& topology, const std::vector<int>& nodes) {
    return topology.nodes().size() > 1 ? nodes : std::vector<int>{};
}

}  // namespace volley
