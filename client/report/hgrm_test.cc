#include "report/hgrm.hh"

#include <gtest/gtest.h>

#include <sstream>

#include "report/fixture_for_tests.hh"

namespace volley {
namespace {

struct Row {
    double value = 0;
    double share = 0;
    double count = 0;
};

std::vector<Row> rows_of(const std::string& text) {
    std::vector<Row> rows;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        Row row;
        if (!line.starts_with('#') &&
            std::istringstream(line) >> row.value >> row.share >> row.count) {
            rows.push_back(row);
        }
    }
    return rows;
}

TEST(Hgrm, TheFixtureGivesTheGoldenFile) {
    fixture::expect_golden("measurement.hgrm", hgrm_text(fixture::measurement()));
}

TEST(Hgrm, RowsRiseAndEndAtTheMaximum) {
    const MeasurementResult result = fixture::measurement();
    const auto rows = rows_of(hgrm_text(result));
    ASSERT_GT(rows.size(), 20U);
    for (std::size_t at = 1; at < rows.size(); ++at) {
        EXPECT_LE(rows[at - 1].value, rows[at].value);
        EXPECT_LT(rows[at - 1].share, rows[at].share);
        EXPECT_LE(rows[at - 1].count, rows[at].count);
    }
    for (const auto& row : rows) {
        EXPECT_GE(row.count / rows.back().count, row.share - 1e-9);
    }
    EXPECT_EQ(rows.front().share, 0);
    EXPECT_EQ(rows.back().share, 1);
    EXPECT_EQ(rows.back().count, 10 * 4096);
}

TEST(Hgrm, FewSamples) {
    MeasurementResult result;
    EXPECT_TRUE(rows_of(hgrm_text(result)).empty());
    RunResult& run = result.runs.emplace_back();
    run.complete = true;
    run.trips.record(2'000);
    const auto rows = rows_of(hgrm_text(result));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].value, 2.0);
    EXPECT_NE(hgrm_text(result).find("Values are microseconds"), std::string::npos);
}

}  // namespace
}  // namespace volley
