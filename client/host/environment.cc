#include "host/environment.hh"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <sstream>

#include "base/joined.hh"
#include "host/virtualization.hh"

namespace volley {

namespace {

const std::string cpu_root = "/sys/devices/system/cpu/";

std::string cpu_folder(int cpu) {
    return cpu_root + "cpu" + std::to_string(cpu) + "/";
}

std::optional<bool> flag(const SystemFiles& files, std::string_view absolute) {
    const std::optional<long long> value = files.number(absolute);
    return value ? std::optional<bool>(*value != 0) : std::nullopt;
}

std::string line_or(const SystemFiles& files, std::string_view absolute, std::string otherwise) {
    std::optional<std::string> line = files.line(absolute);
    return line && !line->empty() ? *line : std::move(otherwise);
}

// x86 has "model name", others have other keys; a board's name is better than nothing.
std::string cpu_model(const SystemFiles& files, const std::string& machine) {
    const std::string cpuinfo = files.text("/proc/cpuinfo").value_or("");
    for (const char* key : {"model name", "cpu", "uarch", "Model", "Hardware"}) {
        const std::optional<std::string> value = value_of(cpuinfo, key, ':');
        if (value && !value->empty()) {
            return *value;
        }
    }
    return line_or(files, "/proc/device-tree/model", machine);
}

std::string distribution(const SystemFiles& files) {
    for (const char* file : {"/etc/os-release", "/usr/lib/os-release"}) {
        std::optional<std::string> name =
            value_of(files.text(file).value_or(""), "PRETTY_NAME", '=');
        if (name) {
            std::erase(*name, '"');
            return *name;
        }
    }
    return "";
}

std::optional<std::uint64_t> memory_bytes(const SystemFiles& files) {
    std::istringstream value(
        value_of(files.text("/proc/meminfo").value_or(""), "MemTotal", ':').value_or(""));
    std::uint64_t kibibytes = 0;
    constexpr std::uint64_t bytes_per_kibibyte = 1024;
    return value >> kibibytes ? std::optional(kibibytes * bytes_per_kibibyte) : std::nullopt;
}

// The different values of one file of all measured CPUs, joined by commas.
std::optional<std::string> common_value(const SystemFiles& files, const CpuList& cpus,
                                        const std::string& name) {
    std::vector<std::string> values;
    for (const int cpu : cpus) {
        const std::optional<std::string> value = files.line(cpu_folder(cpu) + name);
        if (value && !value->empty() &&
            std::find(values.begin(), values.end(), *value) == values.end()) {
            values.push_back(*value);
        }
    }
    if (values.empty()) {
        return std::nullopt;
    }
    return joined(values, ",");
}

std::optional<bool> turbo(const SystemFiles& files, const CpuList& cpus) {
    if (const std::optional<bool> off = flag(files, cpu_root + "intel_pstate/no_turbo")) {
        return !*off;
    }
    // acpi-cpufreq and amd-pstate; since 6.11 also for each policy, where one CPU stands for all.
    if (const std::optional<bool> on = flag(files, cpu_root + "cpufreq/boost")) {
        return on;
    }
    return cpus.empty() ? std::nullopt : flag(files, cpu_folder(cpus.front()) + "cpufreq/boost");
}

// The greatest number of enabled states deeper than polling on any of the CPUs.
std::optional<int> idle_states(const SystemFiles& files, const CpuList& cpus) {
    std::optional<int> most;
    for (const int cpu : cpus) {
        const std::string folder = cpu_folder(cpu) + "cpuidle";
        int enabled = 0;
        bool has_states = false;
        for (const std::string& name : files.names(folder)) {
            const std::string state = folder + "/" + name;
            const std::optional<std::string> kind = files.line(state + "/name");
            has_states = has_states || kind;
            if (kind && *kind != "POLL" && !flag(files, state + "/disable").value_or(false)) {
                ++enabled;
            }
        }
        if (has_states) {
            most = std::max(most.value_or(0), enabled);
        }
    }
    return most;
}

std::optional<std::string> idle_driver(const SystemFiles& files) {
    // The kernel says "none" if it has cpuidle but no driver. If /sys lacks the file, there is no
    // cpuidle; without /sys, it is unknown.
    if (const std::optional<std::string> driver = files.line(cpu_root + "cpuidle/current_driver")) {
        return driver;
    }
    return files.exists(cpu_root) ? std::optional<std::string>("none") : std::nullopt;
}

// "always [madvise] never" -> "madvise"
std::optional<std::string> chosen_of(const std::optional<std::string>& choices) {
    const std::size_t open = choices ? choices->find('[') : std::string::npos;
    const std::size_t close = choices ? choices->find(']') : std::string::npos;
    if (open == std::string::npos || close == std::string::npos || close < open) {
        return std::nullopt;
    }
    return choices->substr(open + 1, close - open - 1);
}

// "/autogroup-93 nice 0" -> 0
std::optional<int> autogroup_nice(const SystemFiles& files) {
    std::istringstream line(files.line("/proc/self/autogroup").value_or(""));
    std::string name;
    std::string word;
    int nice = 0;
    if (line >> name >> word >> nice && word == "nice") {
        return nice;
    }
    return std::nullopt;
}

// "150000 100000" or "max 100000" -> CPUs
std::optional<double> quota_of(const std::string& text) {
    std::istringstream words(text);
    double quota = 0;
    double period = 0;
    if (words >> quota >> period && quota > 0 && period > 0) {
        return quota / period;
    }
    return std::nullopt;
}

// The tightest limit of our control groups and of all groups above them.
std::optional<double> cpu_quota(const SystemFiles& files) {
    std::optional<double> least;
    const auto look = [&](const std::string& root, std::string group, bool second_version) {
        for (;;) {
            const std::string folder = root + (group == "/" ? "" : group) + "/";
            const std::string text =
                second_version ? files.line(folder + "cpu.max").value_or("")
                               : files.line(folder + "cpu.cfs_quota_us").value_or("") + " " +
                                     files.line(folder + "cpu.cfs_period_us").value_or("");
            if (const std::optional<double> quota = quota_of(text)) {
                least = std::min(least.value_or(*quota), *quota);
            }
            if (group.size() <= 1) {
                return;
            }
            group.resize(group.rfind('/'));
        }
    };
    std::istringstream lines(files.text("/proc/self/cgroup").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos || !line.substr(second + 1).starts_with('/')) {
            continue;
        }
        const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const std::string group = line.substr(second + 1);
        if (controllers == ",,") {
            look("/sys/fs/cgroup", group, true);
        } else if (controllers.find(",cpu,") != std::string::npos) {
            look("/sys/fs/cgroup/cpu", group, false);
        }
    }
    return least;
}

std::uint64_t descriptor_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

std::optional<double> load_average(const SystemFiles& files) {
    std::istringstream text(files.line("/proc/loadavg").value_or(""));
    double average = 0;
    return text >> average ? std::optional(average) : std::nullopt;
}

// The columns of one line of /proc/stat after the name: user, nice, system, idle, iowait, irq,
// softirq, steal; old kernels and some containers have fewer.
std::vector<double> columns_of(const std::string& line) {
    std::istringstream fields(line);
    std::string name;
    fields >> name;
    std::vector<double> columns;
    for (double column = 0; fields >> column;) {
        columns.push_back(column);
    }
    return columns;
}

CpuList all_of(const Topology& topology) {
    CpuList cpus;
    for (const Cpu& cpu : topology.cpus) {
        cpus.push_back(cpu.id);
    }
    return cpus;
}

}  // namespace

Environment read_environment(const Topology& topology, const CpuList& measured) {
    return read_environment(SystemFiles(), topology, measured);
}

Environment read_environment(const SystemFiles& files, const Topology& topology,
                             const CpuList& measured) {
    const CpuList cpus = measured.empty() ? all_of(topology) : measured;
    utsname names{};
    ::uname(&names);
    Environment environment;
    environment.host_name = line_or(files, "/proc/sys/kernel/hostname", names.nodename);
    environment.kernel = line_or(files, "/proc/sys/kernel/osrelease", names.release);
    environment.kernel_command_line = line_or(files, "/proc/cmdline", "");
    environment.distribution = distribution(files);
    environment.cpu_model = cpu_model(files, names.machine);
    environment.online_cpus = static_cast<int>(topology.cpus.size());
    environment.allowed_cpus = topology.allowed();
    environment.nodes = static_cast<int>(topology.nodes().size());
    environment.memory_bytes = memory_bytes(files);
    environment.clock_source =
        line_or(files, "/sys/devices/system/clocksource/clocksource0/current_clocksource", "");
    environment.governor = common_value(files, cpus, "cpufreq/scaling_governor");
    environment.frequency_driver = common_value(files, cpus, "cpufreq/scaling_driver");
    environment.turbo = turbo(files, cpus);
    environment.smt_active = flag(files, cpu_root + "smt/active");
    environment.numa_balancing = flag(files, "/proc/sys/kernel/numa_balancing");
    environment.autogroup = flag(files, "/proc/sys/kernel/sched_autogroup_enabled");
    environment.autogroup_nice = autogroup_nice(files);
    environment.idle_driver = idle_driver(files);
    environment.idle_states = idle_states(files, cpus);
    environment.virtualization = to_string(detect_virtualization(files));
    environment.transparent_huge_pages =
        chosen_of(files.line("/sys/kernel/mm/transparent_hugepage/enabled"));
    environment.isolated_cpus = files.line(cpu_root + "isolated");
    environment.cpu_quota = cpu_quota(files);
    environment.load_average = load_average(files);
    environment.descriptor_limit = descriptor_limit();
    return environment;
}

LoadSample sample_load(const CpuList& cpus) {
    return sample_load(SystemFiles(), cpus);
}

LoadSample sample_load(const SystemFiles& files, const CpuList& cpus) {
    constexpr std::size_t steal = 7;
    constexpr std::array<std::size_t, 5> busy{0, 1, 2, 5, 6};  // a guest's time is part of user
    const auto ticks_per_second = static_cast<double>(std::max(::sysconf(_SC_CLK_TCK), 1L));
    LoadSample sample;
    double stolen = 0;
    std::istringstream lines(files.text("/proc/stat").value_or(""));
    for (std::string line; std::getline(lines, line) && line.starts_with("cpu");) {
        const std::vector<double> columns = columns_of(line);
        if (line.starts_with("cpu ") && columns.size() > busy.back()) {
            double ticks = 0;
            for (const std::size_t column : busy) {
                ticks += columns[column];
            }
            sample.busy_seconds = ticks / ticks_per_second;
            continue;
        }
        int cpu = -1;
        std::from_chars(line.data() + std::strlen("cpu"), line.data() + line.size(), cpu);
        if (columns.size() > steal && std::find(cpus.begin(), cpus.end(), cpu) != cpus.end()) {
            stolen += columns[steal];
            ++sample.cpus;
        }
    }
    if (sample.cpus == cpus.size() && sample.cpus > 0) {
        sample.steal_seconds = stolen / ticks_per_second;
    }
    return sample;
}

}  // namespace volley
