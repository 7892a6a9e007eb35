// The line of a sweep's start, written and read.
#include "report/sweep_record.hh"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hh"
#include "report/fixture_for_tests.hh"
#include "report/json.hh"
#include "report/read_results.hh"

namespace volley {
namespace {

using Json = nlohmann::json;

SweepRecord sweep_of(std::optional<std::size_t> runs) {
    SweepPlan plan = fixture::sweep_plan({"asio", "a=./b c"}, {1, 16}, {2}, {4, 1024});
    plan.runs = runs;
    plan.options = {"--run-time", "0.5s"};
    return {.id = "sweep-1",
            .started = "2026-01-31T12:00:00.123Z",
            .seed = 18'446'744'073'709'551'615U,
            .plan = plan,
            .cells = {fixture::sweep_cell("asio", 16, 2),
                      fixture::sweep_cell("a", 1, 2, 1024, "too \"few\" CPUs")}};
}

TEST(SweepRecord, ASweepIsReadBackAsItWasWritten) {
    for (const auto runs : {std::optional<std::size_t>(), std::optional<std::size_t>(12)}) {
        const std::string line = json_sweep_line(sweep_of(runs));
        EXPECT_EQ(Json::parse(line)["plan"]["runs"], runs ? Json(12) : Json("auto"));
        std::istringstream input(line + json_measurement_line(fixture::measurement()) + line);
        const ResultSet set = read_results(input, "results.json");
        ASSERT_EQ(set.sweeps.size(), 2U);
        EXPECT_EQ(set.measurements.size(), 1U);
        EXPECT_EQ(json_sweep_line(set.sweeps[1]), line);
    }
}

TEST(SweepRecord, ASweepWhoseRunsAreNeitherANumberNorAutoIsRefused) {
    Json line = Json::parse(json_sweep_line(sweep_of(1)));
    line["plan"]["runs"] = "many";
    std::istringstream input(line.dump() + "\n");
    try {
        static_cast<void>(read_results(input, "results.json"));
        FAIL() << "it was read";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("\"runs\" is not"), std::string::npos);
    }
}

}  // namespace
}  // namespace volley
