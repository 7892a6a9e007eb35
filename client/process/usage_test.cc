#include "process/usage.hh"

#include <gtest/gtest.h>

namespace volley {
namespace {

using namespace std::chrono_literals;

// Edges made by hand: the measured part is one second from here.
const TimePoint from{100s};
const TimePoint to = from + 1s;
constexpr double ticks_per_second = 100;

ProcessReading at_start(pid_t process, Duration cpu, Ticks ticks = {}, Duration late = 0ns) {
    return {.process = process,
            .started = 1,
            .parent = 1,
            .ticks = ticks,
            .cpu = cpu,
            .at = from + late};
}

ProcessReading at_end(pid_t process, Duration cpu, Ticks ticks = {}, Duration late = 0ns) {
    ProcessReading reading = at_start(process, cpu, ticks);
    reading.at = to + late;
    return reading;
}

Usage between(const std::vector<ProcessReading>& start, const std::vector<ProcessReading>& end,
              std::optional<std::uint64_t> forks = 0) {
    return usage_between({.processes = start, .forks = 0}, {.processes = end, .forks = forks}, from,
                         to, ticks_per_second);
}

TEST(Usage, IsTheDifferenceOfTheClocks) {
    const Usage usage = between({at_start(7, 5s)}, {at_end(7, 5400ms)});
    EXPECT_DOUBLE_EQ(usage.cpu_seconds.value(), 0.4);
}

TEST(Usage, OfAllProcessesIsAddedUp) {
    const Usage usage =
        between({at_start(7, 5s), at_start(8, 1s)}, {at_end(7, 5400ms), at_end(8, 1300ms)});
    EXPECT_DOUBLE_EQ(usage.cpu_seconds.value(), 0.7);
}

TEST(Usage, IsScaledFromItsOwnReadingsToTheMeasuredPart) {
    // The end is read 40 ms late: 0.52 s in 1.04 s is 0.5 s in the measured second.
    EXPECT_DOUBLE_EQ(between({at_start(7, 0s)}, {at_end(7, 520ms, {}, 40ms)}).cpu_seconds.value(),
                     0.5);
    // Each is scaled by its own readings.
    const Usage usage =
        between({at_start(7, 0s, {}, 40ms), at_start(8, 0s)}, {at_end(7, 96ms), at_end(8, 300ms)});
    EXPECT_DOUBLE_EQ(usage.cpu_seconds.value(), 0.1 + 0.3);
}

TEST(Usage, IsUnknownWhereAnEdgeWasReadMuchTooLate) {
    EXPECT_FALSE(between({at_start(7, 0s)}, {at_end(7, 600ms, {}, 500ms)}).cpu_seconds);
    EXPECT_FALSE(between({at_start(7, 0s, {}, 100ms)}, {at_end(7, 600ms)}).cpu_seconds);
}

TEST(Usage, OfAProcessThatCameMeanwhileIsAllOfIt) {
    const Usage usage = between({at_start(7, 5s)}, {at_end(7, 5s), at_end(8, 250ms)});
    EXPECT_DOUBLE_EQ(usage.cpu_seconds.value(), 0.25);
}

TEST(Usage, OfAProcessThatEndedIsWithThoseThatWaitedForIt) {
    // 8 had used 0.3 s at the edge and 0.7 s when it ended.
    const Usage usage =
        between({at_start(7, 1s, {.user = 90, .system = 10}),
                 at_start(8, 300ms, {.user = 20, .system = 10})},
                {at_end(7, 1s + 100ms,
                        {.user = 95, .system = 15, .children_user = 50, .children_system = 20})});
    EXPECT_NEAR(usage.cpu_seconds.value(), 0.1 + 0.4, 1e-9);
    EXPECT_NEAR(usage.user_seconds.value(), 0.5 * 35 / 50, 1e-9);
}

TEST(Usage, OfOneThatCameAndEndedMeanwhileToo) {
    const Usage usage =
        between({at_start(7, 1s)}, {at_end(7, 1s, {.children_user = 25, .children_system = 5})});
    EXPECT_NEAR(usage.cpu_seconds.value(), 0.3, 1e-9);
}

TEST(Usage, OfOneWhoseParentEndedTooIsNotLost) {
    // 9 ended and 8 waited for it; then 8 ended and 7 waited for it.
    ProcessReading nine = at_start(9, 100ms);
    nine.parent = 8;
    ProcessReading eight = at_start(8, 200ms);
    eight.parent = 7;
    const Usage usage = between({at_start(7, 0s), eight, nine},
                                {at_end(7, 0s, {.children_user = 80, .children_system = 0})});
    EXPECT_NEAR(usage.cpu_seconds.value(), 0.8 - 0.3, 1e-9);
}

TEST(Usage, ANumberThatIsAnothersByNowIsAnotherProcess) {
    ProcessReading other = at_end(8, 50ms);
    other.started = 2;
    const Usage usage = between({at_start(7, 1s), at_start(8, 300ms)},
                                {at_end(7, 1100ms, {.children_user = 60}), other});
    EXPECT_NEAR(usage.cpu_seconds.value(), 0.1 + 0.3 + 0.05, 1e-9);
}

TEST(Usage, IsUnknownWhereNobodyWaitedForOneThatEnded) {
    // Its time is lost: seen from the sum, and because its parent ignores SIGCHLD.
    EXPECT_FALSE(between({at_start(7, 1s), at_start(8, 2s)}, {at_end(7, 2s)}).cpu_seconds);
    ProcessReading parent = at_start(7, 1s);
    parent.loses_children = true;
    ProcessReading child = at_start(8, 1ms);
    child.parent = 7;
    EXPECT_FALSE(between({parent, child}, {at_end(7, 2s)}).cpu_seconds);
}

TEST(Usage, IsUnknownWhereChildrenMayHaveComeAndVanished) {
    ProcessReading parent = at_start(7, 1s);
    parent.loses_children = true;
    EXPECT_FALSE(between({parent}, {at_end(7, 2s)}, 1000).cpu_seconds);
    EXPECT_FALSE(between({parent}, {at_end(7, 2s)}, std::nullopt).cpu_seconds);
    EXPECT_FALSE(between({parent}, {at_end(7, 2s)}, 1).cpu_seconds);
    EXPECT_TRUE(between({parent}, {at_end(7, 2s)}, 0).cpu_seconds);
    EXPECT_TRUE(between({at_start(7, 1s)}, {at_end(7, 2s)}, 1000).cpu_seconds);
}

TEST(Usage, OfEndedProcessesIsUnknownBelowTwentyTicks) {
    EXPECT_FALSE(between({at_start(7, 0s)}, {at_end(7, 20ms, {.children_user = 10})}).cpu_seconds);
}

TEST(Usage, IsUnknownWhereNothingWasRead) {
    EXPECT_FALSE(between({}, {}).cpu_seconds);
    ProcessReading unread = at_end(7, 0s);
    unread.cpu.reset();
    EXPECT_FALSE(between({at_start(7, 0s)}, {unread}).cpu_seconds);
}

TEST(Usage, UserAndSystemAreTheSplitOfTheDifferenceOfTheTicks) {
    // It was in user mode all its life, but in the kernel during the measured part.
    const Usage usage = between({at_start(7, 10s, {.user = 1000, .system = 0})},
                                {at_end(7, 10400ms, {.user = 1010, .system = 30})});
    EXPECT_DOUBLE_EQ(usage.user_seconds.value(), 0.1);
    EXPECT_DOUBLE_EQ(usage.system_seconds.value(), 0.3);
}

TEST(Usage, UserAndSystemAreUnknownBelowTwentyTicksAndNeverNegative) {
    const Usage few = between({at_start(7, 0s)}, {at_end(7, 400ms, {.user = 10, .system = 9})});
    EXPECT_TRUE(few.cpu_seconds);
    EXPECT_FALSE(few.user_seconds);
    EXPECT_FALSE(few.system_seconds);
    // The kernel divides the time again at each reading, so user or system time may go down.
    const Usage taken =
        between({at_start(7, 0s, {.user = 50})}, {at_end(7, 400ms, {.user = 49, .system = 40})});
    EXPECT_DOUBLE_EQ(taken.user_seconds.value(), 0);
    EXPECT_DOUBLE_EQ(taken.system_seconds.value(), 0.4);
}

}  // namespace
}  // namespace volley
