// Starts threads.
#include "host/keep_awake.hh"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/error.hh"
#include "host/affinity.hh"
#include "host/affinity_mask.hh"
#include "host/fake_root_for_tests.hh"

namespace volley {
namespace {

const std::string driver_file = "/sys/devices/system/cpu/cpuidle/current_driver";
const std::string device_file = "/dev/cpu_dma_latency";

// The CPUs on which this process has an idle-class thread, one entry for each thread.
CpuList spinning_cpus() {
    CpuList cpus;
    for (const ThreadPlace& place : places_of_process(::getpid(), read_topology())) {
        if (::sched_getscheduler(place.thread) == SCHED_IDLE) {
            EXPECT_EQ(place.allowed.size(), 1U);
            cpus.push_back(place.allowed.front());
        }
    }
    std::sort(cpus.begin(), cpus.end());
    return cpus;
}

// A joined thread stays in /proc a moment longer.
bool all_stop_spinning() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!spinning_cpus().empty()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

class KeepAwakeTest : public testing::Test {
  protected:
    void TearDown() override { EXPECT_TRUE(all_stop_spinning()) << "a thread was left behind"; }
};

TEST_F(KeepAwakeTest, HoldsTheLatencyAtZeroWhereAnIdleDriverActsOnIt) {
    const FakeRoot root;
    root.write(driver_file, "intel_idle\n");
    root.write(device_file, "");
    {
        const KeepAwake awake({}, root.files());
        EXPECT_EQ(awake.how(), "cpu_dma_latency");
        EXPECT_EQ(root.files().text(device_file), std::string(4, '\0')) << "an int32 of 0";
        EXPECT_EQ(spinning_cpus(), CpuList{});
    }
}

TEST_F(KeepAwakeTest, SpinsOnEachCpuWhereThereIsNoIdleDriver) {
    const FakeRoot root;
    root.write(driver_file, "none\n");
    root.write(device_file, "");
    const CpuList allowed = affinity_mask_of(0).value();
    {
        const KeepAwake awake({}, root.files());
        EXPECT_EQ(awake.how(), "idle spinners");
        EXPECT_EQ(spinning_cpus(), allowed);
        EXPECT_EQ(root.files().text(device_file), "") << "the device is left alone";
    }
    EXPECT_TRUE(all_stop_spinning());
    {
        const KeepAwake awake({allowed.back()}, root.files());
        EXPECT_EQ(spinning_cpus(), CpuList{allowed.back()});
    }
}

TEST_F(KeepAwakeTest, SpinsWhereTheDeviceCannotBeOpened) {
    const FakeRoot root;
    root.write(driver_file, "intel_idle\n");
    const CpuList allowed = affinity_mask_of(0).value();
    const KeepAwake awake({allowed.front()}, root.files());
    EXPECT_EQ(awake.how(), "idle spinners");
    EXPECT_EQ(spinning_cpus(), CpuList{allowed.front()});
}

TEST_F(KeepAwakeTest, ACpuThatCannotBeUsedEndsItAndLeavesNoThread) {
    const FakeRoot root;
    const CpuList allowed = affinity_mask_of(0).value();
    EXPECT_THROW(KeepAwake({allowed.front(), 60000}, root.files()), Error);
}

TEST_F(KeepAwakeTest, OneWayWorksOnThisMachine) {
    const KeepAwake awake({affinity_mask_of(0).value().front()});
    EXPECT_TRUE(awake.how() == "cpu_dma_latency" || awake.how() == "idle spinners") << awake.how();
}

}  // namespace
}  // namespace volley
