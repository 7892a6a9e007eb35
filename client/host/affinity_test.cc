// Starts threads.
#include "host/affinity.hh"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "base/error.hh"
#include "host/affinity_mask.hh"

namespace volley {
namespace {

// On its own thread, so that the test's affinity and memory policy do not change.
void in_thread(const std::function<void()>& act) {
    std::thread(act).join();
}

ThreadPlace at(pid_t thread, CpuList allowed, int last_cpu) {
    return {.thread = thread, .allowed = std::move(allowed), .last_cpu = last_cpu, .node = 0};
}

TEST(Affinity, PinnedThreadSaysWhereItIs) {
    const Topology topology = read_topology();
    const CpuList last{topology.allowed().back()};
    in_thread([&] {
        pin_this_thread(last);
        const ThreadPlace place = place_of_this_thread(topology);
        EXPECT_EQ(place.allowed, last);
        EXPECT_EQ(place.last_cpu, last.front());
        EXPECT_EQ(place.node, topology.find(last.front())->node);
        EXPECT_EQ(place.thread, ::gettid());
        EXPECT_EQ(deviation({place}, last, "worker 0"), "");
    });
}

TEST(Affinity, EmptyListLeavesTheThreadAlone) {
    const std::optional<CpuList> before = affinity_mask_of(0);
    pin_this_thread({});
    EXPECT_EQ(affinity_mask_of(0), before);
    EXPECT_TRUE(bind_memory_of_this_thread({}));
}

TEST(Affinity, MaskThatIsTooSmallGrows) {
    ASSERT_TRUE(affinity_mask_of(0));
    EXPECT_FALSE(affinity_mask_of(0)->empty());
    EXPECT_EQ(affinity_mask_of(0, 0), affinity_mask_of(0));
}

TEST(Affinity, CpuThatDoesNotExistIsRefusedByName) {
    in_thread([] {
        try {
            pin_this_thread({60000});
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ExitCode::failed);
            EXPECT_NE(std::string(error.what()).find("60000"), std::string::npos) << error.what();
        }
    });
}

TEST(Affinity, MaskThatTheKernelCutsIsNoticed) {
    const Topology topology = read_topology();
    in_thread([&] { EXPECT_THROW(pin_this_thread({topology.allowed().front(), 60000}), Error); });
}

TEST(Affinity, NodeThatDoesNotExistIsNotBound) {
    in_thread([] {
        EXPECT_FALSE(bind_memory_of_this_thread({1023}));
        EXPECT_FALSE(bind_memory_of_this_thread({-1}));
        EXPECT_FALSE(bind_memory_of_this_thread({100000}));
    });
}

TEST(Affinity, ThreadsAreFoundWhateverTheirName) {
    const Topology topology = read_topology();
    const CpuList first{topology.allowed().front()};
    std::atomic<pid_t> thread{0};
    std::atomic<bool> done{false};
    std::thread other([&] {
        ::prctl(PR_SET_NAME, "a) 7 (b) R 1");
        pin_this_thread(first);
        thread.store(::gettid(), std::memory_order_release);  // with the acquire load below
        thread.notify_one();
        done.wait(false, std::memory_order_acquire);  // with the release store below
    });
    thread.wait(0, std::memory_order_acquire);
    const pid_t wanted = thread.load(std::memory_order_acquire);
    const std::vector<ThreadPlace> places = places_of_process(::getpid(), topology);
    done.store(true, std::memory_order_release);
    done.notify_one();
    other.join();
    const auto found = std::find_if(places.begin(), places.end(), [&](const ThreadPlace& place) {
        return place.thread == wanted;
    });
    ASSERT_NE(found, places.end());
    EXPECT_EQ(found->allowed, first);
    EXPECT_EQ(found->last_cpu, first.front());
    EXPECT_EQ(found->node, topology.find(first.front())->node);
    EXPECT_GE(places.size(), 2U);
}

TEST(Affinity, ProcessThatIsGoneHasNoPlaces) {
    const Topology topology = read_topology();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::_exit(0);
    }
    siginfo_t ended{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    EXPECT_TRUE(places_of_process(child, topology).empty()) << "dead, not yet reaped";
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_TRUE(places_of_process(child, topology).empty()) << "reaped";
}

TEST(Affinity, ThreadsMayVanishWhileTheyAreRead) {
    const Topology topology = read_topology();
    std::atomic<bool> done{false};
    std::thread maker([&] {
        // relaxed: the flag publishes nothing; partner: the store below.
        while (!done.load(std::memory_order_relaxed)) {
            std::thread([] {}).join();
        }
    });
    constexpr int readings = 200;
    for (int reading = 0; reading < readings; ++reading) {
        const std::vector<ThreadPlace> places = places_of_process(::getpid(), topology);
        EXPECT_GE(places.size(), 2U);
        for (const ThreadPlace& place : places) {
            EXPECT_FALSE(place.allowed.empty());
        }
    }
    done.store(true, std::memory_order_relaxed);
    maker.join();
}

TEST(Affinity, DeviationNamesThreadAndPlan) {
    EXPECT_EQ(deviation({at(7, {1}, 1), at(8, {1, 2}, 2)}, {1, 2}, "server"), "");
    EXPECT_EQ(deviation({at(7, {0, 1}, 1)}, {1}, "server"),
              "server: thread 7 may run on CPUs 0-1 and last ran on CPU 1, but the plan is CPUs 1");
    EXPECT_EQ(deviation({at(7, {1}, 0)}, {1}, "worker 3"),
              "worker 3: thread 7 may run on CPUs 1 and last ran on CPU 0, but the plan is CPUs 1");
    EXPECT_EQ(
        deviation({at(6, {1}, 1), at(7, {0}, -1), at(8, {0}, 0), at(9, {0}, 0)}, {1}, "server"),
        "server: thread 7 may run on CPUs 0, but the plan is CPUs 1 (2 more threads likewise)");
}

TEST(Affinity, NothingPlannedOrUnknownIsNoDeviation) {
    EXPECT_EQ(deviation({at(7, {0, 1}, 1)}, {}, "server"), "");
    EXPECT_EQ(deviation({at(7, {1}, -1)}, {1}, "server"), "");
    EXPECT_EQ(deviation({}, {1}, "server"), "");
}

}  // namespace
}  // namespace volley
