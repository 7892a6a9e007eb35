#include "compare/change.hh"

#include <gtest/gtest.h>

#include "base/error.hh"
#include "compare/builds.hh"
#include "compare/fixture_for_compare_tests.hh"
#include "compare/outputs.hh"

namespace volley {

using namespace fixture;

namespace {

Change change_between(const std::string& older, const std::string& newer) {
    return find_change(read(older, Detail::figures, "old.jsonl"),
                       read(newer, Detail::figures, "new.jsonl"), request());
}

int status_with_limit(const Change& change, double limit) {
    CompareCommand command;
    command.fail_if_slower = limit;
    return judge_change(command, change);
}

}  // namespace

TEST(CompareChange, ASlowerServerIsFoundAndTheSameIsNot) {
    const Change slower = change_between(lines_of("a", 1, 20), lines_of("a", 1.5, 20));
    ASSERT_EQ(slower.cells.size(), 1U);
    EXPECT_EQ(verdict_of(slower.cells[0].comparisons[0]), "slower");
    EXPECT_NEAR(slower.cells[0].comparisons[0]->ratio.point, 1.5, 0.03);
    EXPECT_EQ(status_with_limit(slower, 0.05), 4);
    EXPECT_EQ(status_with_limit(slower, 0.6), 0);
    const Change same = change_between(lines_of("a", 1, 20), lines_of("a", 1.001, 20));
    EXPECT_EQ(verdict_of(same.cells[0].comparisons[0]), "cannot be told apart");
    EXPECT_EQ(status_with_limit(same, 0), 0);
    const Change faster = change_between(lines_of("a", 1.5, 20), lines_of("a", 1, 20));
    EXPECT_EQ(verdict_of(faster.cells[0].comparisons[0]), "faster");
    EXPECT_EQ(status_with_limit(faster, 0), 0);
}

TEST(CompareChange, FewRunsClaimNothing) {
    const Change change = change_between(lines_of("a", 1, 9), lines_of("a", 3, 30));
    EXPECT_EQ(verdict_of(change.cells[0].comparisons[0]), "more runs needed");
    EXPECT_EQ(undecided_cells(change).size(), 1U);
    EXPECT_EQ(status_with_limit(change, 0.05), 0);
}

TEST(CompareChange, WhatFailsNowIsAFailure) {
    const Change change =
        change_between(lines_of("a", 1, 2), line_of({.server = "a", .error = "it died"}));
    EXPECT_FALSE(change.cells[0].comparisons[0]);
    EXPECT_EQ(status_with_limit(change, 0.05), 1);
}

TEST(CompareChange, CellsOfOneFileAloneAreNamed) {
    const Change change = change_between(lines_of("b", 1, 1) + lines_of("a", 1, 1),
                                         lines_of("a", 1, 1) + lines_of("c", 1, 1));
    ASSERT_EQ(change.cells.size(), 1U);
    EXPECT_EQ(change.unmatched,
              (std::vector<std::string>{"only old.jsonl has b", "only new.jsonl has c"}));
    EXPECT_THROW((void)change_between(lines_of("a", 1, 1), lines_of("b", 1, 1)), Error);
    // A label tells cells of both files apart.
    EXPECT_EQ(change_between(lines_of("a", 1, 1), lines_of("a", 1, 1) + lines_of("a", 1, 1, 64))
                  .cells[0]
                  .newer->label,
              "16 connections");
}

TEST(CompareChange, EveryCellIsOneComparison) {
    const std::string older = lines_of("a", 1, 12) + lines_of("b", 1, 12) + lines_of("c", 1, 12);
    EXPECT_EQ(change_between(older, older).family.pairs, 3U);
}

TEST(CompareChange, AnotherBuildIsTheQuestionAndNoFault) {
    const auto between = [](std::vector<Fingerprint> before, std::vector<Fingerprint> after) {
        Results older = read(lines_of("a", 1, 2), Detail::figures, "old.jsonl");
        Results newer = read(lines_of("a", 1, 2), Detail::figures, "new.jsonl");
        older.cells[0].builds = std::move(before);
        newer.cells[0].builds = std::move(after);
        return find_change(std::move(older), std::move(newer), request());
    };
    const Fingerprint one{{"a", "1"}};
    const Fingerprint two{{"a", "2"}};
    const Change changed = between({one}, {two});
    EXPECT_EQ(build_change(changed.cells[0]), BuildChange::other);
    EXPECT_EQ(build_notes(changed),
              std::vector<std::string>{"NEW has another build of the server: a"});
    for (const auto& found : changed.warnings) {
        EXPECT_NE(found.warning.id, "other-server-build");
    }
    EXPECT_EQ(build_change(between({one}, {one}).cells[0]), BuildChange::same);
    EXPECT_TRUE(build_notes(between({}, {one})).empty());
    const Change mixed = between({one}, {one, two});
    ASSERT_FALSE(mixed.warnings.empty());
    EXPECT_EQ(mixed.warnings[0].warning.id, "other-server-build");
}

TEST(CompareChange, OtherConditionsAreWarnedOf) {
    const Change change =
        change_between(lines_of("a", 1, 2), line_of({.server = "a", .kernel = "6.9"}));
    ASSERT_FALSE(change.warnings.empty());
    EXPECT_EQ(change.warnings[0].warning.id, "other-kernel");
    EXPECT_EQ(time_of(change.older), "2025-01-02T03:01:00 to 2025-01-02T03:02:00");
}

}  // namespace volley
