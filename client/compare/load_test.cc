#include "compare/load.hh"

#include <gtest/gtest.h>

#include "base/error.hh"
#include "compare/fixture_for_compare_tests.hh"

namespace volley {

using fixture::line_of;
using fixture::lines_of;
using fixture::read;

namespace {

std::string refusal(const std::string& lines) {
    try {
        (void)read(lines);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::failed);
        return error.what();
    }
    return "nothing was refused";
}

constexpr const char* sweep_line =
    R"({"schema":"volley","schema_version":1,"method_version":1,"kind":"sweep","sweep":"s1",)"
    R"("started":"2025-01-02T03:00:00Z","seed":42,"plan":{"servers":["c-epoll","go"],)"
    R"("clients":[16],"cores":[1],"sizes":[4],"runs":2,"options":[]},"cells":[)"
    R"({"server":"c-epoll","clients":16,"server_cores":1,"message_bytes":4,"skipped":""},)"
    R"({"server":"go","clients":16,"server_cores":1,"message_bytes":4,)"
    R"("skipped":"it is not built"}]})"
    "\n";

}  // namespace

TEST(CompareLoad, RunsOfOneCellComeFromSeveralMeasurements) {
    const Results results =
        read(lines_of("c-epoll", 1, 3) + lines_of("asio", 1, 2) + lines_of("c-epoll", 1, 2, 64));
    ASSERT_EQ(results.cells.size(), 3U);
    const Cell& cell = results.cells[0];
    EXPECT_EQ(cell.key.server(), "c-epoll");
    EXPECT_EQ(words_of(cell.key, *find_factor("clients")), "16 connections");
    EXPECT_EQ(words_of(cell.key, *find_factor("cores")), "1 core");
    EXPECT_EQ(cell.contexts.size(), 3U);
    ASSERT_EQ(cell.runs.size(), 3U);
    EXPECT_EQ(cell.runs[2].order, 7U);  // after two rounds of three cells
    EXPECT_EQ(cell.complete_runs(), 3U);
    EXPECT_TRUE(cell.value(*find_statistic("mean")));
    EXPECT_FALSE(cell.pooled);
    EXPECT_TRUE(cell.runs[0].windows.empty());
}

TEST(CompareLoad, TheFiguresAreThoseOfTheMeasurement) {
    MeasurementResult result;
    result.context = fixture::context();
    std::string lines;
    for (std::size_t number = 1; number <= 7; ++number) {
        result.runs.push_back(fixture::run(number, 8'000 + 10 * number, 1024));
        lines += json_run_line(result.context, result.runs.back());
    }
    const Results results = read(lines);
    const auto expected = figures(result);
    ASSERT_EQ(results.cells.at(0).figures.size(), expected.size());
    for (std::size_t at = 0; at < expected.size(); ++at) {
        EXPECT_EQ(results.cells[0].figures[at].value, expected[at].value)
            << expected[at].field->name;
    }
}

TEST(CompareLoad, TablesKeepWindowsAndPooledTrips) {
    const Results results = read(lines_of("c-epoll", 1, 2), Detail::tables);
    const Cell& cell = results.cells.at(0);
    ASSERT_TRUE(cell.pooled);
    EXPECT_EQ(cell.pooled->count(), 2048U);
    EXPECT_EQ(cell.runs[0].windows.size(), 32U);
}

TEST(CompareLoad, AFailedRunIsOfNoFigure) {
    const Results results =
        read(line_of({}) + line_of({.round = 2, .base_ns = 90'000, .error = "it died"}));
    const Cell& cell = results.cells.at(0);
    EXPECT_EQ(cell.runs.size(), 2U);
    EXPECT_EQ(cell.complete_runs(), 1U);
    EXPECT_EQ(cell.failure(), "it died");
    EXPECT_TRUE(cell.facts.single_run);
    EXPECT_LT(*cell.value(*find_statistic("mean")), 20'000);
}

TEST(CompareLoad, ARunThatIsThereTwiceCountsOnce) {
    const Results results = read(line_of({}) + line_of({}));
    EXPECT_EQ(results.cells.at(0).runs.size(), 1U);
    ASSERT_EQ(results.problems.size(), 1U);
    EXPECT_NE(results.problems[0].find("made.jsonl:2: run 1 of measurement c-epoll-16-1"),
              std::string::npos);
}

TEST(CompareLoad, ATornLastLineIsReported) {
    const std::string whole = lines_of("c-epoll", 1, 2);
    const Results results = read(whole + whole.substr(0, 700));
    EXPECT_EQ(results.cells.at(0).runs.size(), 2U);
    ASSERT_EQ(results.problems.size(), 1U);
    EXPECT_NE(results.problems[0].find("made.jsonl:3: the line is not valid JSON"),
              std::string::npos);
}

TEST(CompareLoad, ANewerSchemaIsRefusedByName) {
    std::string line = line_of({});
    line.replace(line.find("\"schema_version\":2"), 18, "\"schema_version\":9");
    EXPECT_NE(refusal(line).find("made.jsonl:1: the record was written by a newer volley"),
              std::string::npos);
}

TEST(CompareLoad, AFileWithoutRunsIsRefused) {
    EXPECT_NE(refusal(sweep_line).find("made.jsonl holds no run"), std::string::npos);
    EXPECT_NE(refusal("").find("made.jsonl holds no run"), std::string::npos);
}

TEST(CompareLoad, ASweepNamesItsRoundsAndWhatItSkipped) {
    const Results results = read(sweep_line + lines_of("c-epoll", 1, 2));
    ASSERT_EQ(results.cells.size(), 2U);
    EXPECT_EQ(results.cells[0].runs[0].experiment, "s1");
    EXPECT_EQ(results.cells[1].key.server(), "go");
    EXPECT_EQ(results.cells[1].skipped, "it is not built");
    EXPECT_TRUE(results.cells[1].runs.empty());
    EXPECT_EQ(results.seeds, std::vector<std::string>{"42"});
    // Measured at another start, so not skipped.
    EXPECT_EQ(read(sweep_line + lines_of("go", 1, 1)).cells.at(0).skipped, "");
}

}  // namespace volley
