#include "report/json.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/fixture_for_tests.hh"

namespace volley {
namespace {

using Json = nlohmann::json;

void expect_one_line(const std::string& line) {
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    EXPECT_TRUE(line.ends_with('\n'));
}

TEST(Json, ARunAndAMeasurementGiveTheGoldenLines) {
    const MeasurementResult result = fixture::measurement();
    fixture::expect_golden("run.json", json_run_line(result.context, result.runs[0]));
    fixture::expect_golden("measurement.json", json_measurement_line(result));
}

TEST(Json, ARunLineHoldsItsFiguresByName) {
    const RunResult run = fixture::run(1, 8'000);
    const std::string text = json_run_line(fixture::context(), run);
    expect_one_line(text);
    const Json line = Json::parse(text);
    EXPECT_EQ(line["schema"], "volley");
    EXPECT_EQ(line["schema_version"], result_schema_version);
    EXPECT_EQ(line["kind"], "run");
    EXPECT_EQ(line["figures"].size(), fields().size());
    EXPECT_EQ(line["figures"]["rtt_ns_p50"]["value"], *run.trips.quantile(0.5));
    EXPECT_EQ(line["figures"]["rtt_ns_p50"]["within_run_low"], run.p50->interval->low);
    EXPECT_FALSE(line["figures"]["rtt_ns_p99"].contains("within_run_low"));
    EXPECT_TRUE(line["figures"]["rtt_ns_p99"].contains("within_run_point"));
    EXPECT_EQ(line["windows"]["count"].size(), 32U);
    EXPECT_EQ(line["options"]["clients"], "16");
    EXPECT_TRUE(line["environment"]["numa_balancing"].is_null());
}

// The formula that json.hh gives to programs that read the file by themselves.
TEST(Json, TheHistogramsBucketsAreWhatItsDocumentationSays) {
    const RunResult run = fixture::run(1, 8'000);
    const Json histogram = Json::parse(json_run_line(fixture::context(), run))["histogram"];
    ASSERT_EQ(histogram["bucket"].size(), histogram["trips"].size());
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < histogram["bucket"].size(); ++at) {
        const std::uint64_t bucket = histogram["bucket"][at];
        const std::uint64_t power = bucket < 1024 ? 0 : bucket / 512 - 1;
        EXPECT_EQ(Histogram::bucket_low(bucket), (bucket - 512 * power) << power);
        EXPECT_EQ(Histogram::bucket_high(bucket), (bucket - 512 * power + 1) << power);
        count += histogram["trips"][at].get<std::uint64_t>();
    }
    EXPECT_EQ(count, run.trips.count());
    EXPECT_EQ(histogram["sum"], run.trips.sum());
}

TEST(Json, AMeasurementLineHoldsTheHeadline) {
    const MeasurementResult result = fixture::measurement();
    const std::string text = json_measurement_line(result);
    expect_one_line(text);
    const Json line = Json::parse(text);
    EXPECT_EQ(line["kind"], "measurement");
    EXPECT_EQ(line["converged"], true);
    EXPECT_EQ(line["exit_status"], 0);
    EXPECT_EQ(line["runs"], 11);
    EXPECT_EQ(line["runs_complete"], 10);
    const Json& mean = line["figures"]["rtt_ns_mean"];
    EXPECT_LT(mean["low"], mean["value"]);
    EXPECT_GT(mean["high"], mean["value"]);
    EXPECT_EQ(mean["scope"], "over_runs");
    EXPECT_EQ(line["figures"]["rtt_ns_max"]["aggregate"], "maximum");
    EXPECT_FALSE(line.contains("histogram"));
}

TEST(Json, ASingleRunsIntervalIsLabelled) {
    MeasurementResult result = fixture::measurement();
    result.runs.resize(1);
    const Json line = Json::parse(json_measurement_line(result));
    EXPECT_EQ(line["figures"]["rtt_ns_mean"]["scope"], "within_run");
    EXPECT_EQ(line["figures"]["rtt_ns_mean"]["low"], result.runs[0].mean->interval->low);
}

TEST(Json, IsValidUtf8WhateverTheNamesHold) {
    MeasurementContext context = fixture::context();
    context.server_command = {"caf\xe9/\xff\xfe", "tab\tnewline\nnul" + std::string(1, '\0')};
    RunResult run = fixture::run(1, 8'000);
    run.error = "\xc3";
    const std::string text = json_run_line(context, run);
    expect_one_line(text);
    const Json line = Json::parse(text);  // throws on invalid UTF-8
    EXPECT_EQ(line["server_command"][0], "caf\xef\xbf\xbd/\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(line["error"], "\xef\xbf\xbd");
}

TEST(Json, ARunSaysWhetherItWasOffloaded) {
    RunResult run = fixture::run(1, 8'000);
    EXPECT_TRUE(Json::parse(json_run_line(fixture::context(), run))["offload"].is_null());
    run.offload = "not offloaded: no card";
    EXPECT_EQ(Json::parse(json_run_line(fixture::context(), run))["offload"],
              "not offloaded: no card");
}

TEST(Json, WhatIsNotKnownIsNullAndNotZero) {
    RunResult run;
    run.number = 1;
    const Json line = Json::parse(json_run_line(MeasurementContext{}, run));
    EXPECT_TRUE(line["figures"]["rtt_ns_mean"]["value"].is_null());
    EXPECT_TRUE(line["server_cost"].is_null());
    run.measured_seconds = 1;
    run.steal_share = std::nan("");
    EXPECT_TRUE(Json::parse(json_run_line(MeasurementContext{}, run))["steal_share"].is_null());
}

}  // namespace
}  // namespace volley
