#include "run/spin_account.hh"

#include <gtest/gtest.h>

namespace volley {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{Duration(1s)};

// A worker that makes empty looks for the time `idle`, at 400 ns per look, and works for the rest
// of a second.
SpinAccount account_of(Duration idle) {
    SpinAccount account;
    account.note_phase(Phase::warmup, start - 1s);
    for (int look = 0; look < 10'000; ++look) {
        account.note_look(false);  // in the warm-up: not counted
    }
    account.note_phase(Phase::measured, start);
    for (Duration waited{0}; waited < idle; waited += 400ns) {
        account.note_look(false);
    }
    account.note_sample(start, start + 400ns);
    account.note_sample(start, start + 410ns);
    account.note_sample(start, start + 50ms);  // the thread had lost its CPU
    for (int look = 0; look < 1'000; ++look) {
        account.note_look(true);
    }
    account.note_phase(Phase::over, start + 1s);
    account.note_look(false);
    account.note_phase(Phase::over, start + 3s);
    return account;
}

TEST(SpinAccount, IsAShareOfTimeAndNotOfLooks) {
    EXPECT_NEAR(*account_of(900ms).busy_share(), 0.1, 0.03);
    EXPECT_NEAR(*account_of(500ms).busy_share(), 0.5, 0.03);
    EXPECT_NEAR(*account_of(100ms).busy_share(), 0.9, 0.03);
    EXPECT_EQ(account_of(0ms).busy_share(), 1);
}

TEST(SpinAccount, WithoutAMeasuredPartNothingIsKnown) {
    SpinAccount account;
    EXPECT_FALSE(account.busy_share());
    account.note_phase(Phase::warmup, start);
    account.note_look(false);
    account.note_phase(Phase::warmup, start + 1s);
    EXPECT_FALSE(account.busy_share());
}

TEST(SpinClock, IsReadByTimeWhateverALookCosts) {
    for (const Duration look : {Duration(100ns), Duration(400ns), Duration(20us), Duration(2ms)}) {
        SpinClock clock;
        TimePoint at = start;
        TimePoint last = start;
        Duration longest{0};
        for (int looks = 0; looks < 200'000; ++looks) {
            at += look;
            if (clock.is_due()) {
                clock.read(at);
                // The first readings find out how long a look takes.
                longest = looks > 100 ? std::max(longest, at - last) : longest;
                last = at;
            }
        }
        EXPECT_LE(longest, std::max<Duration>(1ms, 2 * look)) << look.count();
    }
}

}  // namespace
}  // namespace volley
