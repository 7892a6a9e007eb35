// Starts threads.
#include "stats/student.hh"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace volley {

// Tabulated values, e.g. R's qt(0.975, df) and qnorm.
TEST(Student, KnownCriticalValues) {
    EXPECT_NEAR(student_t_critical(1, 0.95), 12.706204736174698, 1e-9);
    EXPECT_NEAR(student_t_critical(3, 0.95), 3.182446305284263, 1e-12);
    EXPECT_NEAR(student_t_critical(20, 0.95), 2.0859634472658364, 1e-12);
    EXPECT_NEAR(student_t_critical(9, 0.99), 3.2498355415921, 1e-9);
    EXPECT_NEAR(student_t_critical(9, 0.95), 2.2621571628540993, 1e-9);
}

TEST(Student, NormalCriticalValues) {
    EXPECT_NEAR(normal_critical(0.95), 1.959963984540054, 1e-12);
    EXPECT_NEAR(normal_critical(0.99), 2.5758293035489004, 1e-12);
}

TEST(Student, TheSecondCallGivesTheSame) {
    const double first = student_t_critical(2.5, 0.9);
    EXPECT_EQ(student_t_critical(2.5, 0.9), first);
    EXPECT_GT(first, student_t_critical(3, 0.9));
}

TEST(Student, ManyThreadsAtOnceAgree) {
    std::vector<double> found(8);
    {
        std::vector<std::jthread> threads;
        for (double& value : found) {
            threads.emplace_back([&value] {
                for (int df = 1; df <= 60; ++df) {
                    value += student_t_critical(df, 0.875);
                }
            });
        }
    }
    for (const double value : found) {
        EXPECT_EQ(value, found.front());
    }
}

}  // namespace volley
