#include "host/topology.hh"

#include <numa.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include "base/error.hh"
#include "host/affinity_mask.hh"

namespace volley {

namespace {

// A text that is the same for all CPUs of a core. The kernel's list of siblings is best
// (core_cpus_list since 5.3); core numbers alone repeat in every package and die.
std::string core_key(const SystemFiles& files, int cpu) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    for (const char* name : {"core_cpus_list", "thread_siblings_list"}) {
        const std::optional<std::string> siblings = files.line(folder + name);
        if (siblings && !siblings->empty()) {
            return "siblings " + *siblings;
        }
    }
    const std::optional<long long> core = files.number(folder + "core_id");
    const std::optional<long long> package = files.number(folder + "physical_package_id");
    // Some machines give a negative number if it is unknown.
    if (core && package && *core >= 0) {
        return "package " + std::to_string(*package) + " die " +
               std::to_string(files.number(folder + "die_id").value_or(-1)) + " core " +
               std::to_string(*core);
    }
    return "alone " + std::to_string(cpu);
}

// Without /sys: the CPUs that the C library counts.
CpuList counted_cpus() {
    CpuList cpus;
    const long count = std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L);
    for (int cpu = 0; cpu < count; ++cpu) {
        cpus.push_back(cpu);
    }
    return cpus;
}

[[noreturn]] void refuse_line(std::size_t number, std::string_view line, const std::string& why) {
    throw Error(
        ExitCode::usage,
        "topology line " + std::to_string(number) + " (\"" + std::string(line) + "\"): " + why,
        "write \"cpu 0 node 0 core 0 [not-allowed] [offline]\"");
}

// The words of a line before its comment.
std::vector<std::string_view> words_of(std::string_view line) {
    constexpr std::string_view blanks = " \t\r";
    line = line.substr(0, line.find('#'));
    std::vector<std::string_view> words;
    for (;;) {
        const std::size_t first = line.find_first_not_of(blanks);
        if (first == std::string_view::npos) {
            return words;
        }
        line.remove_prefix(first);
        const std::size_t length = std::min(line.find_first_of(blanks), line.size());
        words.push_back(line.substr(0, length));
        line.remove_prefix(length);
    }
}

std::optional<int> number_from(std::string_view word) {
    constexpr int most = 65535;
    int number = -1;
    const char* const end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, number);
    if (error != std::errc{} || rest != end || number < 0 || number > most) {
        return std::nullopt;
    }
    return number;
}

struct ParsedCpu {
    Cpu cpu;
    bool online = true;
};

ParsedCpu parse_line(std::size_t number, std::string_view line,
                     const std::vector<std::string_view>& words) {
    ParsedCpu parsed;
    const struct {
        std::string_view key;
        int& value;
    } keys[] = {{"cpu", parsed.cpu.id}, {"node", parsed.cpu.node}, {"core", parsed.cpu.core}};
    std::size_t at = 0;
    for (const auto& [key, value] : keys) {
        const std::optional<int> read =
            at + 1 < words.size() && words[at] == key ? number_from(words[at + 1]) : std::nullopt;
        if (!read) {
            refuse_line(number, line,
                        "\"" + std::string(key) + " NUMBER\" (0 to 65535) is missing");
        }
        value = *read;
        at += 2;
    }
    for (; at < words.size(); ++at) {
        if (words[at] == "not-allowed") {
            parsed.cpu.allowed = false;
        } else if (words[at] == "offline") {
            parsed.online = false;
        } else {
            refuse_line(number, line, "\"" + std::string(words[at]) + "\" is not known");
        }
    }
    return parsed;
}

void sort_by_id(std::vector<Cpu>& cpus) {
    std::sort(cpus.begin(), cpus.end(), [](const Cpu& a, const Cpu& b) { return a.id < b.id; });
}

}  // namespace

const Cpu* Topology::find(int id) const {
    const auto found = std::find_if(cpus.begin(), cpus.end(),
                                    [id](const Cpu& candidate) { return candidate.id == id; });
    return found == cpus.end() ? nullptr : &*found;
}

CpuList Topology::allowed() const {
    CpuList ids;
    for (const Cpu& cpu : cpus) {
        if (cpu.allowed) {
            ids.push_back(cpu.id);
        }
    }
    return ids;
}

std::vector<int> Topology::nodes() const {
    std::set<int> found;
    for (const Cpu& cpu : cpus) {
        found.insert(cpu.node);
    }
    return {found.begin(), found.end()};
}

bool Topology::has_smt() const {
    std::set<int> cores;
    return std::any_of(cpus.begin(), cpus.end(),
                       [&](const Cpu& cpu) { return !cores.insert(cpu.core).second; });
}

Topology read_topology() {
    // numa_available() must come first: without it libnuma's other results are undefined.
    const bool has_numa = ::numa_available() >= 0;
    return read_topology(SystemFiles(), affinity_mask_of(0).value_or(CpuList{}),
                         [has_numa](int cpu) { return has_numa ? ::numa_node_of_cpu(cpu) : 0; });
}

Topology read_topology(const SystemFiles& files, const CpuList& allowed,
                       const std::function<int(int)>& node_of) {
    // A container may show fewer CPUs as online than its affinity mask has; the mask comes from the
    // scheduler itself, so the union is right.
    std::set<int> online(allowed.begin(), allowed.end());
    const CpuList listed = parse_cpu_list(files.line("/sys/devices/system/cpu/online").value_or(""))
                               .value_or(CpuList{});
    online.insert(listed.begin(), listed.end());
    if (online.empty()) {
        const CpuList counted = counted_cpus();
        online.insert(counted.begin(), counted.end());
    }
    Topology topology;
    std::map<std::string, int> core_of;  // numbered by the lowest CPU of the core
    for (const int id : online) {
        const int core = core_of.try_emplace(core_key(files, id), id).first->second;
        // If the mask is unknown, every CPU counts as allowed.
        const bool may_use =
            allowed.empty() || std::binary_search(allowed.begin(), allowed.end(), id);
        topology.cpus.push_back(
            {.id = id, .node = std::max(node_of(id), 0), .core = core, .allowed = may_use});
    }
    return topology;
}

Topology parse_topology(std::string_view text) {
    Topology topology;
    std::set<int> seen;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::vector<std::string_view> words = words_of(line);
        if (words.empty()) {
            continue;
        }
        const ParsedCpu parsed = parse_line(number, line, words);
        if (!seen.insert(parsed.cpu.id).second) {
            refuse_line(number, line, "this CPU has a line already");
        }
        if (parsed.online) {
            topology.cpus.push_back(parsed.cpu);
        }
    }
    if (topology.cpus.empty()) {
        throw Error(ExitCode::usage, "the topology names no online CPU",
                    "write a line a CPU: \"cpu 0 node 0 core 0\"");
    }
    sort_by_id(topology.cpus);
    return topology;
}

}  // namespace volley
