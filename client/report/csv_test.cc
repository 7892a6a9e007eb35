#include "report/csv.hh"

#include "report/csv_text.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "report/fixture_for_tests.hh"

namespace volley {
namespace {

// One record by RFC 4180, without line breaks inside.
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells(1);
    bool in_quotes = false;
    for (std::size_t at = 0; at + 1 < line.size(); ++at) {
        if (line[at] == '"' && in_quotes && line[at + 1] == '"') {
            cells.back() += line[at++];
        } else if (line[at] == '"') {
            in_quotes = !in_quotes;
        } else if (line[at] == ',' && !in_quotes) {
            cells.emplace_back();
        } else {
            cells.back() += line[at];
        }
    }
    return cells;
}

std::map<std::string, std::string> named(const std::string& row) {
    const auto names = cells_of(csv_header());
    const auto cells = cells_of(row);
    EXPECT_EQ(names.size(), cells.size());
    std::map<std::string, std::string> result;
    for (std::size_t at = 0; at < std::min(names.size(), cells.size()); ++at) {
        result[names[at]] = cells[at];
    }
    return result;
}

TEST(Csv, AMeasurementGivesTheGoldenFile) {
    const MeasurementResult result = fixture::measurement();
    std::string text = csv_header();
    for (const auto& run : result.runs) {
        text += csv_run_row(result.context, run);
    }
    fixture::expect_golden("measurement.csv", text + csv_measurement_row(result));
}

TEST(Csv, CellsStandUnderTheirNames) {
    const MeasurementResult result = fixture::measurement();
    auto run = named(csv_run_row(result.context, result.runs[0]));
    EXPECT_EQ(run["kind"], "run");
    EXPECT_EQ(run["complete"], "true");
    EXPECT_EQ(std::stod(run["rtt_ns_p50_low"]), result.runs[0].p50->interval->low);
    EXPECT_EQ(std::stod(run["rtt_ns_mean"]), *result.runs[0].trips.mean());
    EXPECT_EQ(run["rtt_ns_p99_low"], "");
    auto measurement = named(csv_measurement_row(result));
    EXPECT_EQ(measurement["kind"], "measurement");
    EXPECT_EQ(measurement["scope"], "over_runs");
    EXPECT_EQ(measurement["complete"], "10");
    EXPECT_LT(std::stod(measurement["rtt_ns_mean_low"]), std::stod(measurement["rtt_ns_mean"]));
    EXPECT_EQ(measurement["round_trips"], "40960");
}

TEST(Csv, ARecordIsOneLineWhateverTheTextsHold) {
    MeasurementContext context = fixture::context();
    context.server_name = "a,\"b\"";
    RunResult run = fixture::run(1, 8'000);
    run.error = "one\ntwo\r\nthree";
    const std::string row = csv_run_row(context, run);
    EXPECT_EQ(std::count(row.begin(), row.end(), '\n'), 1);
    auto cells = named(row);
    EXPECT_EQ(cells["server"], "a,\"b\"");
    EXPECT_EQ(cells["reason"], "one\\ntwo\\r\\nthree");
}

// Opening the file in a spreadsheet must not execute a server's name.
TEST(Csv, NoTextIsAFormula) {
    EXPECT_EQ(csv_text("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
    EXPECT_EQ(csv_text("+a"), "'+a");
    EXPECT_EQ(csv_text("-a,b"), "\"'-a,b\"");
    EXPECT_EQ(csv_text("@SUM(A1)"), "'@SUM(A1)");
    EXPECT_EQ(csv_text("\t=1"), "\\t=1");
    EXPECT_EQ(csv_text("\r=1"), "\\r=1");
    for (const char* harmless : {"", "c-epoll", "a=b", "-1.5", "+", "-1e-05"}) {
        EXPECT_EQ(csv_text(harmless), harmless == std::string("+") ? "'+" : harmless);
    }
    MeasurementContext context = fixture::context();
    context.server_name = "=1+1\x1b\u202e";
    EXPECT_EQ(named(csv_run_row(context, fixture::run(1, 8'000)))["server"], "'=1+1\\x1b\\u202e");
}

TEST(Csv, WhatWasNotOffloadedIsInEveryRowOfIt) {
    MeasurementResult result = fixture::measurement();
    for (auto& run : result.runs) {
        run.offload = offloaded;
    }
    EXPECT_NE(csv_measurement_row(result).find(",offloaded,"), std::string::npos);
    result.runs.back().offload = "not offloaded: no card";
    EXPECT_NE(csv_run_row(result.context, result.runs.back()).find(",not offloaded: no card,"),
              std::string::npos);
    EXPECT_NE(csv_measurement_row(result).find(",not offloaded in 1 of 11 runs: no card,"),
              std::string::npos);
}

TEST(Csv, NothingKnownIsEmptyCells) {
    auto cells = named(csv_measurement_row(MeasurementResult{}));
    EXPECT_EQ(cells["rtt_ns_mean"], "");
    EXPECT_EQ(cells["run"], "0");
}

}  // namespace
}  // namespace volley
