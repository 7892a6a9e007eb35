#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <string_view>

#include "host/virtualization.hh"
#include "host/warnings.hh"

namespace volley {

namespace {

using Warnings = std::vector<Warning>;

// Other programs may keep this much of one CPU busy without a warning. The services of an idle
// machine stay well below.
constexpr double most_other_load = 0.1;
// On large machines the scheduler finds other CPUs for them, up to this share of all CPUs.
constexpr double most_other_load_a_cpu = 0.02;
// Descriptors besides those of the connections: standard streams, result files, epoll, the
// listening socket.
constexpr std::uint64_t other_descriptors = 64;

std::string decimal(double value) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

bool is_placed(const Placement& placement) {
    return placement.enabled && !placement.client_cpus.empty();
}

// Every note has the form "what: consequence; remedy".
Warning from_note(const std::string& id, const std::string& note) {
    const std::size_t remedy = note.rfind("; ");
    return remedy == std::string::npos
               ? Warning{id, note, "choose with --server-cpus and --client-cpus"}
               : Warning{id, note.substr(0, remedy), note.substr(remedy + 2)};
}

void about_placement(const Placement& placement, Warnings& warnings) {
    if (!is_placed(placement)) {
        warnings.push_back(
            {"not-placed",
             "nothing is pinned: client and server share a CPU at some times and "
             "not at others, and round-trip times differ severalfold between the two",
             "leave out --no-placement"});
    } else if (placement.server_cpus.empty()) {
        warnings.push_back({"server-not-placed",
                            "volley did not start the server and cannot pin it: it may run on the "
                            "client's CPUs " +
                                format_cpu_list(placement.client_cpus) +
                                " or on others, and the figures depend on which",
                            "let volley start it (volley [options] -- SERVER), or pin it with "
                            "taskset and choose other CPUs with --client-cpus"});
    }
    const std::string sharing = sharing_note(placement);
    if (!sharing.empty()) {
        warnings.push_back(from_note(
            placement.sharing == Sharing::some_cpus ? "cpus-shared" : "smt-siblings-shared",
            sharing));
    }
    for (const std::string& note : placement.notes) {
        if (note != sharing) {  // said above already
            warnings.push_back(from_note("placement-note", note));
        }
    }
}

void about_limits(const Environment& environment, const Placement& placement, const Intent& intent,
                  Warnings& warnings) {
    const std::uint64_t needed = intent.connections + other_descriptors;
    if (intent.connections > 0 && environment.descriptor_limit > 0 &&
        environment.descriptor_limit < needed) {
        warnings.push_back({"descriptor-limit",
                            "client and server may each open " +
                                std::to_string(environment.descriptor_limit) + " descriptors; " +
                                std::to_string(intent.connections) + " connections need about " +
                                std::to_string(needed) + ", so some will fail",
                            "raise the hard limit: ulimit -Hn " + std::to_string(needed) +
                                " as root in the shell that starts volley"});
    }
    CpuList measured;
    std::set_union(placement.server_cpus.begin(), placement.server_cpus.end(),
                   placement.client_cpus.begin(), placement.client_cpus.end(),
                   std::back_inserter(measured));
    const CpuList& used = is_placed(placement) ? measured : environment.allowed_cpus;
    if (environment.cpu_quota && *environment.cpu_quota < static_cast<double>(used.size())) {
        warnings.push_back(
            {"cpu-quota",
             "a control group limits CPU time to " + decimal(*environment.cpu_quota) +
                 " CPUs, but client and server may use " + std::to_string(used.size()) +
                 ": when the quota is used up, the kernel stops both for "
                 "milliseconds",
             "lift the limit (docker run without --cpus, cpu.max = max)"});
    }
}

void about_other_load(const Environment& environment, const Intent& intent, Warnings& warnings) {
    const double most = std::max(
        most_other_load, most_other_load_a_cpu * static_cast<double>(environment.online_cpus));
    if (!environment.other_load || *environment.other_load <= most) {
        return;
    }
    warnings.push_back({"other-load",
                        "other programs keep " + decimal(*environment.other_load) + " of " +
                            std::to_string(environment.online_cpus) +
                            " CPUs busy: they delay round trips and slow memory access",
                        "stop them, or give the measurement CPUs of its own (isolcpus)"});
    // Groups have no effect without competition. A raised group wins the competition anyway, and
    // real-time threads belong to no group.
    constexpr int raised_nice = -10;
    if (environment.autogroup.value_or(false) && !intent.realtime &&
        environment.autogroup_nice.value_or(0) > raised_nice) {
        warnings.push_back({"autogroup",
                            "the scheduler shares CPUs between login sessions "
                            "(sched_autogroup_enabled = 1): other sessions get as much of a CPU as "
                            "this one, whatever their nice value",
                            "echo -20 > /proc/self/autogroup as root in the shell that starts "
                            "volley"});
    }
}

void about_waking_up(const Environment& environment, const Intent& intent, Warnings& warnings) {
    if (intent.keep_awake ||
        environment.kernel_command_line.find("idle=poll") != std::string::npos) {
        return;
    }
    const int states = environment.idle_states.value_or(0);
    const bool guest = names_hypervisor(environment.virtualization.value_or("none"));
    // A guest without an idle driver halts, and the hypervisor has to wake it.
    const bool halts = guest && environment.idle_driver.value_or("none") == "none";
    if (states > 0 || halts) {
        warnings.push_back(
            {"idle-states",
             (halts ? std::string("idle CPUs halt into the hypervisor")
                    : "CPUs go idle (driver " + environment.idle_driver.value_or("unknown") + ", " +
                          std::to_string(states) + (states == 1 ? " state" : " states") +
                          " below polling)") +
                 ": waking them up is part of the round-trip time, and often most of it",
             "use --keep-awake to measure without it"});
    }
}

std::string remedy_for_turbo(const Environment& environment) {
    const bool intel = environment.frequency_driver.value_or("").find("intel") != std::string::npos;
    return intel ? "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
                 : "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost";
}

void about_frequency(const Environment& environment, Warnings& warnings) {
    if (environment.governor && *environment.governor != "performance") {
        warnings.push_back({"governor-not-performance",
                            "the frequency governor of the measured CPUs is " +
                                *environment.governor +
                                ": they slow down while they wait, and are still slow when the "
                                "reply comes",
                            "sudo cpupower frequency-set -g performance"});
    }
    if (environment.turbo.value_or(false)) {
        warnings.push_back({"turbo-on",
                            "turbo is on: the clock rate follows temperature and the number of "
                            "busy cores, so a run depends on what ran before it",
                            remedy_for_turbo(environment)});
    }
}

void about_sharing_hardware(const Environment& environment, const Placement& placement,
                            Warnings& warnings) {
    // If the two sides share cores, that has been reported already.
    if (environment.smt_active.value_or(false) && placement.sharing != Sharing::smt_siblings) {
        warnings.push_back({"smt-active",
                            "SMT is on: anything that runs on the sibling of a measured CPU slows "
                            "it down",
                            "echo off | sudo tee /sys/devices/system/cpu/smt/control"});
    }
    // The kernel does not move pages of a process whose memory is bound to nodes, as the plan does.
    const bool bound = is_placed(placement) && !placement.server_nodes.empty();
    if (environment.nodes > 1 && environment.numa_balancing.value_or(false) && !bound) {
        warnings.push_back({"numa-balancing",
                            "NUMA balancing is on for " + std::to_string(environment.nodes) +
                                " nodes and memory is not bound: the kernel unmaps and moves pages "
                                "during the runs",
                            "echo 0 | sudo tee /proc/sys/kernel/numa_balancing"});
    }
}

void about_clock(const Environment& environment, Warnings& warnings) {
    // Clocks that are read without a system call: x86, Arm, POWER, s390, RISC-V.
    constexpr std::array<std::string_view, 5> good{"tsc", "arch_sys_counter", "timebase", "tod",
                                                   "riscv_clocksource"};
    const std::string& source = environment.clock_source;
    if (source.empty() || std::find(good.begin(), good.end(), source) != good.end()) {
        return;
    }
    const bool in_memory = source == "kvm-clock" || source.starts_with("hyperv") || source == "xen";
    warnings.push_back(
        {"clock-source-not-tsc",
         "the clock source is " + source +
             (in_memory ? ": the hypervisor scales it, so readings cost more and may jump"
                        : ": every reading costs at least a system call, and is part of each round "
                          "trip"),
         "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource, "
         "where it is available"});
}

}  // namespace

std::vector<Warning> warnings_before(const Environment& environment, const Placement& placement,
                                     const Intent& intent) {
    Warnings warnings;
    about_placement(placement, warnings);
    about_limits(environment, placement, intent, warnings);
    about_other_load(environment, intent, warnings);
    const std::string virtualization = environment.virtualization.value_or("none");
    if (names_hypervisor(virtualization)) {
        warnings.push_back({"virtualized",
                            "this is a virtual machine (" + virtualization +
                                "): the host can take CPUs away unnoticed, and interrupts and "
                                "wake-ups pass through the hypervisor",
                            "measure on a physical machine, or compare only with results from "
                            "this virtual machine"});
    }
    about_waking_up(environment, intent, warnings);
    about_frequency(environment, warnings);
    about_sharing_hardware(environment, placement, warnings);
    about_clock(environment, warnings);
    return warnings;
}

}  // namespace volley
