#include "sweep/progress.hh"

#include <gtest/gtest.h>

#include "report/fixture_for_tests.hh"

namespace volley {
namespace {

std::vector<GridCell> grid_with(std::size_t cores) {
    SweepPlan plan = fixture::sweep_plan({"a", "b"}, {1}, {cores});
    plan.runs = 3;
    plan.options = {"--run-time", "0.6s", "--warmup", "0.25s"};
    return make_grid(plan, {{"a", "/servers/a", {}, ""}, {"b", "/servers/b", {}, "no compiler"}},
                     parse_topology("cpu 0 node 0 core 0\ncpu 1 node 0 core 1\n"),
                     {.descriptor_limit = 1000, .transports = {.local_ports = 500}, .random = 7});
}

Schedule three_rounds(const std::vector<GridCell>& grid) {
    SweepPlan plan;
    plan.runs = 3;
    return schedule_of(plan, grid, 1);
}

Attempt attempt(std::uint64_t round, bool complete) {
    return {.cell = 0, .round = round, .complete = complete, .seconds = 2, .values = {}};
}

TEST(SweepExtent, CountsWhatIsMissingAtThePaceSoFar) {
    const auto grid = grid_with(1);
    Schedule schedule = three_rounds(grid);
    SweepExtent extent = extent_of(schedule, grid, false);
    EXPECT_EQ(count_text(extent), "0 of 3");
    EXPECT_NEAR(extent.left_seconds, 3 * 1.0, 1e-9);  // as planned, with set-up and end
    EXPECT_TRUE(schedule.add(attempt(1, true)));
    extent = extent_of(schedule, grid, true);
    EXPECT_EQ(count_text(extent), "1 of about 3");
    EXPECT_NEAR(extent.left_seconds, 2 * 2.05, 1e-9);
}

TEST(SweepTexts, ARunSaysItsFiguresOrItsFailure) {
    RunResult run = fixture::run(1, 8'000);
    const SweepCell cell = fixture::sweep_cell("a", 16, 1);
    EXPECT_TRUE(
        run_text(cell, 3, run, {"mean"}).starts_with("a, 16 connections, 1 core, round 3: mean "));
    EXPECT_TRUE(short_run_text(cell, run, "p50").ends_with(" of a, 16 connections, 1 core"));
    EXPECT_TRUE(short_run_text(cell, run, "p50").starts_with("p50 "));
    run.complete = false;
    run.error = "the server\nended";
    EXPECT_EQ(run_text(cell, 3, run, {"mean"}),
              "a, 16 connections, 1 core, round 3: failed: the server\\nended");
}

TEST(SweepTexts, SkippedCellsAreNamedWithTheirReason) {
    EXPECT_EQ(skipped_text(grid_with(1)), "skipped: b, 1 connection, 1 core: no compiler\n");
    EXPECT_NE(skipped_text(grid_with(5)).find("skipped: a, 1 connection, 5 cores: 5 CPUs"),
              std::string::npos);
}

TEST(SweepTexts, ThePlanShowsCellsOrderAndTime) {
    const auto grid = grid_with(1);
    const Schedule schedule = three_rounds(grid);
    EXPECT_EQ(plan_text(grid, schedule, extent_of(schedule, grid, false)),
              "2 cells:\n"
              "  a, 1 connection, 1 core: server on CPUs 1, client on 0, driver block, 3 runs\n"
              "  b, 1 connection, 1 core: skipped: no compiler\n"
              "The first round:\n"
              "  a, 1 connection, 1 core\n"
              "0 of 3 runs, about 3 s to go.\n");
}

TEST(SweepTexts, TheSummarySaysWhatBecameOfEachCellAndWhatIsNext) {
    const auto grid = grid_with(1);
    Schedule done = three_rounds(grid);
    Schedule given_up = three_rounds(grid);
    for (std::uint64_t round = 1; round <= 3; ++round) {
        EXPECT_TRUE(done.add(attempt(round, round != 2)));
        EXPECT_TRUE(given_up.add(attempt(round, false)));
    }
    EXPECT_EQ(summary_text(grid, done, "my results/r.jsonl"),
              "3 runs, 1 of them failed; 2 cells: 1 complete, 1 skipped\n"
              "results: 'my results/r.jsonl'\n"
              "next:    target/compare 'my results/r.jsonl'\n"
              "         make plot RESULTS='my results/r.jsonl'\n");
    EXPECT_EQ(summary_text(grid, given_up, "r.jsonl"),
              "given up after 3 failures in a row: a, 1 connection, 1 core\n"
              "3 runs, 3 of them failed; 2 cells: 1 given up, 1 skipped\n"
              "results: r.jsonl\n");
}

}  // namespace
}  // namespace volley
