#include "process/family.hh"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "process/started_process.hh"
#include "process/usage.hh"

namespace volley {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void sleep_for_ever() {
    for (;;) {
        ::pause();
    }
}

[[noreturn]] void burn_for_ever() {
    for (;;) {
        static_cast<void>(::getppid());
    }
}

std::vector<ProcessStat> await_family(const StartedProcess& process, std::size_t size) {
    const TimePoint deadline = now() + 20s;
    std::vector<ProcessStat> family = process.family();
    while (family.size() < size && now() < deadline) {
        std::this_thread::sleep_for(1ms);
        family = process.family();
    }
    EXPECT_GE(family.size(), size);
    return family;
}

TEST(Family, HasTheChildrenOfAllThreads) {
    const StartedProcess process([] {
        std::thread([] {
            if (::fork() == 0) {
                sleep_for_ever();
            }
            sleep_for_ever();
        }).detach();
        sleep_for_ever();
    });
    EXPECT_EQ(await_family(process, 2).front().process, process.pid());
}

TEST(Family, KeepsWhoGoesAway) {
    adopt_orphans();
    const StartedProcess process([] {
        // A textbook daemon: a fork, a new session, another fork.
        if (::fork() == 0) {
            ::setsid();
            if (::fork() == 0) {
                sleep_for_ever();
            }
            ::_exit(0);
        }
        sleep_for_ever();
    });
    const TimePoint deadline = now() + 20s;
    const auto has_orphan = [&] {
        const auto others = process.others();
        return others.size() == 1 && others.front().parent == ::getpid();
    };
    while (!has_orphan() && now() < deadline) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_TRUE(has_orphan());
}

TEST(Family, OneServersOrphansAreNotTheOthers) {
    adopt_orphans();
    const auto leave_an_orphan = [] {
        if (::fork() == 0) {
            if (::fork() == 0) {
                sleep_for_ever();
            }
            ::_exit(0);
        }
        sleep_for_ever();
    };
    const StartedProcess first(leave_an_orphan);
    const StartedProcess second(leave_an_orphan);
    const auto its_own = [](const StartedProcess& one) {
        const auto family = await_family(one, 3);  // the process in between is dead
        return std::all_of(family.begin(), family.end(),
                           [&](const ProcessStat& member) { return member.group == one.pid(); });
    };
    EXPECT_TRUE(its_own(first));
    EXPECT_TRUE(its_own(second));
}

TEST(Family, EndsAsAWholeThoughItStartsNewOnes) {
    adopt_orphans();
    std::vector<ProcessStat> family;
    {
        StartedProcess process([] {
            // Each generation leaves its group and starts the next.
            for (int generation = 0; generation < 20; ++generation) {
                if (::fork() != 0) {
                    sleep_for_ever();
                }
                ::setsid();
            }
            sleep_for_ever();
        });
        family = await_family(process, 3);
        EXPECT_TRUE(process.end_all(now() + 20s).empty());
    }
    EXPECT_TRUE(std::none_of(family.begin(), family.end(), still_runs));
    EXPECT_TRUE(children_of(::getpid()).empty());
}

TEST(Family, ASignalDoesNotReachAnotherOfTheSameNumber) {
    const StartedProcess process([] { sleep_for_ever(); });
    ProcessStat stat = process.family().front();
    EXPECT_TRUE(hold(stat));
    ++stat.started;
    EXPECT_FALSE(hold(stat));
    EXPECT_FALSE(send_signal(OwnedFd(), SIGKILL));
}

TEST(Family, StatIsReadPastAnyName) {
    const auto stat = parse_stat(
        7, "7 (a) b (c)) S 1 2 3 0 -1 4194560 1 2 3 4 11 12 13 14 20 0 5 0 99 1000 10\n");
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->name, "a) b (c)");
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->session, 3);
    EXPECT_EQ(stat->ticks.user, 11U);
    EXPECT_EQ(stat->ticks.children_system, 14U);
    EXPECT_EQ(stat->threads, 5U);
    EXPECT_EQ(stat->started, 99U);
    EXPECT_FALSE(parse_stat(7, ""));
    EXPECT_FALSE(parse_stat(7, "7 (cut) S 1 2"));
}

TEST(UsageMeter, LooksForNobodyAtAnEdge) {
    int looks = 0;
    UsageMeter meter([&] {
        ++looks;
        return std::vector<ProcessStat>{stat_of(::getpid()).value()};
    });
    meter.make_list();
    ASSERT_EQ(looks, 1);
    meter.read_first_edge();
    meter.read_second_edge();
    EXPECT_EQ(looks, 1) << "the list of 500 processes takes tens of milliseconds";
    EXPECT_TRUE(meter.second().processes.front().cpu);
    meter.complete();
    EXPECT_EQ(looks, 2);
}

TEST(UsageMeter, ReadsProcessesThatBurn) {
    adopt_orphans();
    const StartedProcess process([] {
        if (::fork() == 0) {
            burn_for_ever();
        }
        sleep_for_ever();
    });
    await_family(process, 2);
    UsageMeter meter([&] { return process.family(); });
    meter.make_list();
    meter.read_first_edge();
    const TimePoint from = now();
    const CpuClock clock = cpu_clock_of(process.family()[1].process).value();
    const Duration before = read(clock).value();
    while (read(clock).value() - before < 50ms) {
        std::this_thread::sleep_for(1ms);
    }
    meter.read_second_edge();
    const TimePoint to = now();
    meter.complete();
    EXPECT_GE(meter.usage(from, to).cpu_seconds.value(), 0.049);
    EXPECT_EQ(meter.first().processes.size(), 2U);
}

TEST(UsageMeter, TheTimeOfADeadProcessThatNobodyHasWaitedForIsKnown) {
    const StartedProcess process([] {
        if (::fork() == 0) {
            const CpuClock own = cpu_clock_of(::getpid()).value();
            while (read(own).value() < 30ms) {
            }
            ::_exit(0);
        }
        sleep_for_ever();
    });
    const TimePoint deadline = now() + 20s;
    const auto child_is_dead = [&] {
        const auto family = process.family();
        return family.size() == 2 && family[1].is_dead();
    };
    while (!child_is_dead() && now() < deadline) {
        std::this_thread::sleep_for(1ms);
    }
    const auto clock = cpu_clock_of(process.family().at(1).process);
    ASSERT_TRUE(clock);
    EXPECT_GE(read(*clock).value(), 30ms);
}

}  // namespace
}  // namespace volley
