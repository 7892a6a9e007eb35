#include "host/environment.hh"

#include <gtest/gtest.h>
#include <unistd.h>

#include "host/fake_root_for_tests.hh"
#include "host/virtualization.hh"

namespace volley {
namespace {

const std::string cpu_root = "/sys/devices/system/cpu/";

Topology two_nodes() {
    return parse_topology(
        "cpu 0 node 0 core 0\ncpu 1 node 0 core 1\ncpu 2 node 1 core 2 not-allowed\n");
}

Environment read(const FakeRoot& root, const CpuList& measured = {}) {
    return read_environment(root.files(), two_nodes(), measured);
}

TEST(Environment, FactsComeFromTheKernelsFiles) {
    const FakeRoot root;
    root.write("/proc/sys/kernel/hostname", "box\n");
    root.write("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
    root.write("/proc/cmdline", "quiet isolcpus=1\n");
    root.write("/etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    root.write("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nflags\t: fpu\n");
    root.write("/proc/meminfo", "MemTotal:       16384 kB\nMemFree:  1 kB\n");
    root.write("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    root.write("/proc/sys/kernel/numa_balancing", "2\n");
    root.write("/proc/sys/kernel/sched_autogroup_enabled", "1\n");
    root.write("/proc/self/autogroup", "/autogroup-93 nice -20\n");
    root.write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    root.write("/proc/loadavg", "0.25 0.10 0.05 1/200 4000\n");
    root.write(cpu_root + "smt/active", "0\n");
    root.write(cpu_root + "isolated", "1\n");
    const Environment environment = read(root);
    EXPECT_EQ(environment.host_name, "box");
    EXPECT_EQ(environment.kernel, "6.1.0-18-amd64");
    EXPECT_EQ(environment.kernel_command_line, "quiet isolcpus=1");
    EXPECT_EQ(environment.distribution, "Debian GNU/Linux 12 (bookworm)");
    EXPECT_EQ(environment.cpu_model, "Some CPU @ 2.00GHz");
    EXPECT_EQ(environment.memory_bytes, 16384U * 1024);
    EXPECT_EQ(environment.clock_source, "tsc");
    EXPECT_EQ(environment.numa_balancing, true);
    EXPECT_EQ(environment.autogroup, true);
    EXPECT_EQ(environment.autogroup_nice, -20);
    EXPECT_EQ(environment.transparent_huge_pages, "madvise");
    EXPECT_EQ(environment.load_average, 0.25);
    EXPECT_EQ(environment.smt_active, false);
    EXPECT_EQ(environment.isolated_cpus, "1");
    EXPECT_EQ(environment.online_cpus, 3);
    EXPECT_EQ(environment.allowed_cpus, (CpuList{0, 1}));
    EXPECT_EQ(environment.nodes, 2);
    EXPECT_EQ(environment.virtualization, "none");
    EXPECT_EQ(environment.idle_driver, "none");
}

TEST(Environment, WithoutFilesFactsAreAbsentAndNothingThrows) {
    const FakeRoot root;
    const Environment environment = read(root);
    EXPECT_FALSE(environment.host_name.empty()) << "from uname";
    EXPECT_FALSE(environment.kernel.empty()) << "from uname";
    EXPECT_FALSE(environment.cpu_model.empty()) << "from uname";
    EXPECT_FALSE(environment.governor);
    EXPECT_FALSE(environment.frequency_driver);
    EXPECT_FALSE(environment.turbo);
    EXPECT_FALSE(environment.smt_active);
    EXPECT_FALSE(environment.numa_balancing);
    EXPECT_FALSE(environment.autogroup);
    EXPECT_FALSE(environment.autogroup_nice);
    EXPECT_FALSE(environment.idle_driver);
    EXPECT_FALSE(environment.idle_states);
    EXPECT_FALSE(environment.transparent_huge_pages);
    EXPECT_FALSE(environment.isolated_cpus);
    EXPECT_FALSE(environment.other_load);
    EXPECT_FALSE(environment.cpu_quota);
    EXPECT_FALSE(environment.memory_bytes);
    EXPECT_FALSE(environment.load_average);
}

TEST(Environment, GovernorsOfTheMeasuredCpusAreJoined) {
    const FakeRoot root;
    root.write(cpu_root + "cpu0/cpufreq/scaling_governor", "performance\n");
    root.write(cpu_root + "cpu1/cpufreq/scaling_governor", "powersave\n");
    root.write(cpu_root + "cpu2/cpufreq/scaling_governor", "performance\n");
    root.write(cpu_root + "cpu0/cpufreq/scaling_driver", "intel_pstate\n");
    EXPECT_EQ(read(root).governor, "performance,powersave");
    EXPECT_EQ(read(root, {0, 2}).governor, "performance");
    EXPECT_EQ(read(root).frequency_driver, "intel_pstate");
}

TEST(Environment, TurboIsReadInItsThreeForms) {
    const FakeRoot intel;
    intel.write(cpu_root + "intel_pstate/no_turbo", "1\n");
    EXPECT_EQ(read(intel).turbo, false);
    intel.write(cpu_root + "intel_pstate/no_turbo", "0\n");
    EXPECT_EQ(read(intel).turbo, true);
    const FakeRoot other;
    other.write(cpu_root + "cpufreq/boost", "1\n");
    EXPECT_EQ(read(other).turbo, true);
    const FakeRoot policy;
    policy.write(cpu_root + "cpu1/cpufreq/boost", "0\n");
    EXPECT_EQ(read(policy, {1}).turbo, false);
}

TEST(Environment, IdleStatesDeeperThanPollingAreCounted) {
    const FakeRoot root;
    const auto state = [&](int cpu, int number, const char* name, const char* disable) {
        const std::string folder = cpu_root + "cpu" + std::to_string(cpu) + "/cpuidle/state" +
                                   std::to_string(number) + "/";
        root.write(folder + "name", std::string(name) + "\n");
        root.write(folder + "disable", std::string(disable) + "\n");
    };
    root.write(cpu_root + "cpuidle/current_driver", "intel_idle\n");
    state(0, 0, "POLL", "0");
    state(0, 1, "C1", "0");
    state(0, 2, "C6", "1");
    state(1, 0, "POLL", "0");
    state(1, 1, "C1", "0");
    state(1, 2, "C6", "0");
    state(2, 0, "POLL", "0");
    state(2, 1, "C1", "1");
    EXPECT_EQ(read(root).idle_driver, "intel_idle");
    EXPECT_EQ(read(root, {0}).idle_states, 1);
    EXPECT_EQ(read(root, {0, 1}).idle_states, 2);
    EXPECT_EQ(read(root, {2}).idle_states, 0);
}

TEST(Environment, TheTightestQuotaOfTheControlGroupsCounts) {
    const FakeRoot second;
    second.write("/proc/self/cgroup", "0::/a/b\n");
    second.write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    EXPECT_FALSE(read(second).cpu_quota);
    second.write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
    EXPECT_EQ(read(second).cpu_quota, 1.5);
    second.write("/sys/fs/cgroup/cpu.max", "50000 100000\n");
    EXPECT_EQ(read(second).cpu_quota, 0.5);

    const FakeRoot first;
    first.write("/proc/self/cgroup", "4:memory:/m\n3:cpuset:/\n2:cpu,cpuacct:/docker/x\n");
    first.write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "-1\n");
    first.write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us", "100000\n");
    EXPECT_FALSE(read(first).cpu_quota);
    first.write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "200000\n");
    EXPECT_EQ(read(first).cpu_quota, 2.0);

    const FakeRoot odd;
    odd.write("/proc/self/cgroup", "nonsense\n0::\n:\n0::relative\n");
    EXPECT_FALSE(read(odd).cpu_quota);
}

TEST(Environment, HypervisorsAndContainersAreNamed) {
    const FakeRoot guest;
    guest.write("/proc/cpuinfo", "flags : fpu hypervisor lm\n");
    EXPECT_EQ(read(guest).virtualization, "hypervisor");
    guest.write("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
    EXPECT_EQ(read(guest).virtualization, "kvm");
    guest.write("/.dockerenv", "");
    EXPECT_EQ(read(guest).virtualization, "docker on kvm");
    guest.write("/sys/hypervisor/type", "xen\n");
    EXPECT_EQ(read(guest).virtualization, "docker on xen");

    const FakeRoot metal;
    metal.write("/proc/cpuinfo", "flags : fpu lm\n");
    metal.write("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
    EXPECT_EQ(read(metal).virtualization, "none");
    metal.write("/proc/1/cgroup", "0::/kubepods/besteffort/pod7\n");
    EXPECT_EQ(read(metal).virtualization, "kubernetes");

    const FakeRoot arm;
    arm.write("/sys/class/dmi/id/product_name", "KVM Virtual Machine\n");
    EXPECT_EQ(read(arm).virtualization, "kvm");

    const FakeRoot windows;
    windows.write("/proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2\n");
    EXPECT_EQ(read(windows).virtualization, "wsl");

    const FakeRoot other;
    other.write("/run/systemd/container", "oci\n");
    EXPECT_EQ(read(other).virtualization, "oci");
}

TEST(Environment, HypervisorsAreToldFromContainers) {
    for (const char* name : {"kvm", "hypervisor", "wsl", "xen", "docker on kvm"}) {
        EXPECT_TRUE(names_hypervisor(name)) << name;
    }
    for (const char* name : {"none", "docker", "oci", "kubernetes", ""}) {
        EXPECT_FALSE(names_hypervisor(name)) << name;
    }
}

TEST(Environment, LoadIsTheBusyTimeOfAllCpus) {
    const FakeRoot root;
    root.write("/proc/stat", "cpu  100 50 200 9000 300 20 30 7 99 99\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
    const LoadSample sample = sample_load(root.files(), {});
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    EXPECT_DOUBLE_EQ(sample.busy_seconds.value(), 400 / ticks);
    EXPECT_FALSE(sample.steal_seconds) << "of no CPU";
    const FakeRoot empty;
    EXPECT_FALSE(sample_load(empty.files(), {0}).busy_seconds);
    root.write("/proc/stat", "intr 5 5 5\n");
    EXPECT_FALSE(sample_load(root.files(), {}).busy_seconds);
}

TEST(Environment, StealIsThatOfTheMeasuredCpus) {
    const FakeRoot root;
    root.write("/proc/stat",
               "cpu  9 9 9 9 9 9 9 700 0 0\n"
               "cpu0 9 9 9 9 9 9 9 100 0 0\n"
               "cpu1 9 9 9 9 9 9 9 250 0 0\n"
               "cpu10 9 9 9 9 9 9 9 350 0 0\n"
               "intr 5 5\n");
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    EXPECT_DOUBLE_EQ(sample_load(root.files(), {1}).steal_seconds.value(), 250 / ticks);
    const LoadSample two = sample_load(root.files(), {0, 10});
    EXPECT_DOUBLE_EQ(two.steal_seconds.value(), 450 / ticks);
    EXPECT_EQ(two.cpus, 2U);
    EXPECT_FALSE(sample_load(root.files(), {0, 2}).steal_seconds) << "CPU 2 is not in the file";
}

TEST(Environment, StealOfAKernelWithoutTheColumnIsUnknown) {
    const FakeRoot root;
    root.write("/proc/stat", "cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7\n");
    EXPECT_FALSE(sample_load(root.files(), {0}).steal_seconds);
    EXPECT_TRUE(sample_load(root.files(), {0}).busy_seconds);
    const FakeRoot without;
    EXPECT_FALSE(sample_load(without.files(), {0}).steal_seconds);
}

TEST(Environment, ThisMachineCanBeRead) {
    const Topology topology = read_topology();
    const Environment environment = read_environment(topology, topology.allowed());
    EXPECT_FALSE(environment.kernel.empty());
    EXPECT_EQ(environment.allowed_cpus, topology.allowed());
    EXPECT_GT(environment.memory_bytes, 0U);
    EXPECT_GT(environment.descriptor_limit, 0U);
    EXPECT_GT(sample_load({}).busy_seconds.value_or(0), 0.0);
}

}  // namespace
}  // namespace volley
