// Facts about the machine that the figures depend on, gathered once before measuring. warnings.hh
// judges them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/cpu_set.hh"
#include "host/system_files.hh"
#include "host/topology.hh"

namespace volley {

// Absent: the kernel does not say (as often in virtual machines and containers).
struct Environment {
    std::string host_name;
    std::string kernel;               // release, e.g. "6.1.0-18-amd64"
    std::string kernel_command_line;  // isolcpus, nohz_full, mitigations …
    std::string distribution;
    std::string cpu_model;
    int online_cpus = 0;
    CpuList allowed_cpus;
    int nodes = 1;
    std::optional<std::uint64_t> memory_bytes;
    std::string clock_source;             // "tsc", "kvm-clock" …
    std::optional<std::string> governor;  // of the measured CPUs; several are joined by commas
    std::optional<std::string> frequency_driver;
    std::optional<bool> turbo;  // true: on
    std::optional<bool> smt_active;
    std::optional<bool> numa_balancing;
    std::optional<bool> autogroup;
    std::optional<std::string> idle_driver;  // cpuidle driver, "none" if there is none
    std::optional<int> idle_states;  // enabled states deeper than polling on the measured CPUs
    // The layers between us and the machine: "none", "kvm", "docker", "docker on kvm".
    std::optional<std::string> virtualization;
    std::optional<std::string> transparent_huge_pages;
    std::optional<std::string> isolated_cpus;
    std::optional<double> load_average;  // 1 minute
    std::optional<double>
        other_load;  // busy CPUs (in units of one CPU) over the probe, without this process
    std::uint64_t descriptor_limit = 0;  // soft RLIMIT_NOFILE after raising
    std::optional<int> autogroup_nice;   // of this process's own group, -20 … 19
    std::optional<double> cpu_quota;     // CPUs that the control groups allow; absent: no limit
};

// Reads /proc and /sys; measured: the CPUs of the plan (empty: all). Does not sample the load and
// does not sleep; the caller fills other_load from two LoadSamples around its calibration.
[[nodiscard]] Environment read_environment(const Topology& topology, const CpuList& measured);
// The same, reading from the given files.
[[nodiscard]] Environment read_environment(const SystemFiles& files, const Topology& topology,
                                           const CpuList& measured);

// Cumulative time of the machine, from /proc/stat; the difference of two samples gives shares.
// Absent: the file cannot be read, or the kernel has no such column.
struct LoadSample {
    std::optional<double> busy_seconds;   // all CPUs together: user, nice, system, irq, softirq
    std::optional<double> steal_seconds;  // of `cpus` CPUs together
    std::size_t cpus = 0;
};
// cpus: the CPUs whose steal time is wanted; may be empty.
[[nodiscard]] LoadSample sample_load(const CpuList& cpus);
[[nodiscard]] LoadSample sample_load(const SystemFiles& files, const CpuList& cpus);

}  // namespace volley
