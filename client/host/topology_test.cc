#include "host/topology.hh"

#include <gtest/gtest.h>

#include "base/error.hh"
#include "host/affinity_mask.hh"
#include "host/fake_root_for_tests.hh"

namespace volley {
namespace {

const std::string cpu_folder = "/sys/devices/system/cpu/";

std::string error_of(const std::string& text) {
    try {
        static_cast<void>(parse_topology(text));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
    return "";
}

TEST(Topology, TextIsReadALineACpu) {
    const Topology topology = parse_topology(
        "# two nodes\n"
        "cpu 2 node 1 core 7   # the sibling of 3\n"
        "\n"
        "  cpu 3 node 1 core 7 not-allowed\r\n"
        "cpu 0 node 0 core 0\n"
        "cpu 1 node 0 core 1 offline");
    ASSERT_EQ(topology.cpus.size(), 3U);
    EXPECT_EQ(topology.cpus[0].id, 0);
    EXPECT_EQ(topology.cpus[1].id, 2);
    EXPECT_EQ(topology.cpus[1].node, 1);
    EXPECT_EQ(topology.cpus[1].core, 7);
    EXPECT_EQ(topology.allowed(), (CpuList{0, 2}));
    EXPECT_EQ(topology.nodes(), (std::vector<int>{0, 1}));
    EXPECT_TRUE(topology.has_smt());
    EXPECT_EQ(topology.find(1), nullptr);
    ASSERT_NE(topology.find(3), nullptr);
    EXPECT_FALSE(topology.find(3)->allowed);
}

TEST(Topology, WrongTextIsRefusedWithItsLine) {
    for (const char* line :
         {"cpu", "cpu 0", "cpu 0 node 0", "cpu 0 node 0 core", "cpu x node 0 core 0",
          "cpu -1 node 0 core 0", "cpu 0 node 0 core 0 of-line", "node 0 cpu 0 core 0",
          "cpu 65536 node 0 core 0", "cpu 0 node 0 core 0 0"}) {
        EXPECT_NE(error_of("cpu 9 node 0 core 9\n" + std::string(line)).find("topology line 2 "),
                  std::string::npos)
            << line;
    }
    EXPECT_NE(error_of("cpu 0 node 0 core 0\ncpu 0 node 0 core 0").find("line already"),
              std::string::npos);
    EXPECT_NE(error_of("# nothing\n").find("no online CPU"), std::string::npos);
    EXPECT_NE(error_of("cpu 0 node 0 core 0 offline\n").find("no online CPU"), std::string::npos);
}

TEST(Topology, CoresFollowTheKernelsSiblingLists) {
    const FakeRoot root;
    root.write(cpu_folder + "online", "0-1,4-5\n");
    root.write(cpu_folder + "cpu0/topology/thread_siblings_list", "0,4\n");
    root.write(cpu_folder + "cpu4/topology/thread_siblings_list", "0,4\n");
    root.write(cpu_folder + "cpu1/topology/core_cpus_list", "1,5\n");
    root.write(cpu_folder + "cpu5/topology/core_cpus_list", "1,5\n");
    const Topology topology =
        read_topology(root.files(), {1, 4}, [](int cpu) { return cpu % 2 == 0 ? 0 : 2; });
    ASSERT_EQ(topology.cpus.size(), 4U);
    EXPECT_EQ(topology.find(0)->core, topology.find(4)->core);
    EXPECT_EQ(topology.find(1)->core, topology.find(5)->core);
    EXPECT_NE(topology.find(0)->core, topology.find(1)->core);
    EXPECT_EQ(topology.allowed(), (CpuList{1, 4}));
    EXPECT_EQ(topology.nodes(), (std::vector<int>{0, 2}));
}

TEST(Topology, CoreNumbersThatRepeatInEveryPackageAreToldApart) {
    const FakeRoot root;
    root.write(cpu_folder + "online", "0-3\n");
    for (int cpu = 0; cpu < 4; ++cpu) {
        const std::string folder = cpu_folder + "cpu" + std::to_string(cpu) + "/topology/";
        root.write(folder + "core_id", std::to_string(cpu % 2) + "\n");
        root.write(folder + "physical_package_id", std::to_string(cpu / 2) + "\n");
    }
    EXPECT_FALSE(read_topology(root.files(), {0, 1, 2, 3}, [](int) { return 0; }).has_smt());
}

TEST(Topology, WithoutSysEveryCpuIsACoreOfItsOwnOnNodeZero) {
    const FakeRoot root;
    const Topology topology = read_topology(root.files(), {0, 3}, [](int) { return -1; });
    ASSERT_EQ(topology.cpus.size(), 2U);
    EXPECT_NE(topology.cpus[0].core, topology.cpus[1].core);
    EXPECT_EQ(topology.nodes(), (std::vector<int>{0}));
    EXPECT_FALSE(topology.has_smt());
}

TEST(Topology, WithoutSysAndWithoutMaskThereIsStillACpu) {
    const FakeRoot root;
    const Topology topology = read_topology(root.files(), {}, [](int) { return 0; });
    EXPECT_FALSE(topology.cpus.empty());
    EXPECT_EQ(topology.allowed().size(), topology.cpus.size());
}

TEST(Topology, ThisMachineAllowsWhatTheSchedulerAllows) {
    const Topology topology = read_topology();
    EXPECT_EQ(topology.allowed(), affinity_mask_of(0));
    EXPECT_FALSE(topology.nodes().empty());
    for (std::size_t at = 1; at < topology.cpus.size(); ++at) {
        EXPECT_LT(topology.cpus[at - 1].id, topology.cpus[at].id);
    }
}

}  // namespace
}  // namespace volley
