#include "report/read_results.hh"

#include <gtest/gtest.h>

#include <fstream>

#include <nlohmann/json.hpp>
#include <sstream>

#include "report/csv.hh"
#include "report/fixture_for_tests.hh"
#include "report/json.hh"
#include "report/text.hh"

namespace volley {
namespace {

using Json = nlohmann::json;

std::string file_of(const MeasurementResult& result) {
    std::string text;
    for (const auto& run : result.runs) {
        text += json_run_line(result.context, run);
    }
    return text + json_measurement_line(result);
}

ResultSet read(const std::string& text, const ReadLimits& limits = {}) {
    std::istringstream input(text);
    return read_results(input, "results.json", limits);
}

std::string error_of(const std::string& text, const ReadLimits& limits = {}) {
    try {
        [[maybe_unused]] const auto set = read(text, limits);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

// The fixture's run line after a change.
std::string changed(const std::function<void(Json&)>& change) {
    Json line = Json::parse(json_run_line(fixture::context(), fixture::run(1, 8'000)));
    change(line);
    return line.dump() + '\n';
}

TEST(ReadResults, BuildsAreReadBackAndUnknownInOlderFiles) {
    const RunResult run = fixture::run(1, 8'000);
    std::istringstream input(changed([](Json&) {}) + changed([](Json& line) {
                                 line["run"] = 2;
                                 line.erase("server_fingerprint");
                                 line.erase("client_hash");
                             }));
    ResultReader reader(input, "results.json");
    const auto first = std::get<RunRecord>(*reader.next());
    ASSERT_EQ(run.server_fingerprint.size(), 2U);
    EXPECT_EQ(first.run.server_fingerprint, run.server_fingerprint);
    EXPECT_EQ(first.context.client_hash, fixture::context().client_hash);
    const auto second = std::get<RunRecord>(*reader.next());
    EXPECT_TRUE(second.run.server_fingerprint.empty());
    EXPECT_FALSE(second.context.client_hash);
}

TEST(ReadResults, TheCostOfAnOlderFileIsAddedUpAndItsMemoryNotKnown) {
    std::istringstream input(changed([](Json& line) {
        line["server_cost"].erase("cpu_seconds");
        line["server_cost"].erase("memory_pss_bytes");
        line["server_cost"]["peak_memory_bytes"] = 4096;
        line["environment"]["memory_bytes"] = 0;
    }));
    const auto record = std::get<RunRecord>(*ResultReader(input, "results.json").next());
    EXPECT_DOUBLE_EQ(record.run.server->cpu_seconds.value(), 0.0625 + 0.75);
    EXPECT_FALSE(record.run.server->memory_pss_bytes);
    EXPECT_FALSE(record.context.environment.memory_bytes) << "0 was what is not known";
}

TEST(ReadResults, WhatIsNotKnownIsNullAndADash) {
    MeasurementResult result = fixture::measurement();
    for (RunResult& run : result.runs) {
        run.server = Cost{};
        run.steal_share.reset();
        run.server_threads.reset();
    }
    result.context.environment.memory_bytes.reset();
    result.context.environment.load_average.reset();
    const Json line = Json::parse(json_run_line(result.context, result.runs.front()));
    for (const auto& [key, value] : line["server_cost"].items()) {
        EXPECT_TRUE(value.is_null()) << key;
    }
    EXPECT_TRUE(line["steal_share"].is_null());
    EXPECT_TRUE(line["environment"]["memory_bytes"].is_null());
    EXPECT_TRUE(line["environment"]["load_average"].is_null());
    EXPECT_TRUE(line["figures"]["server_cpu_ns_per_round_trip"]["value"].is_null());
    EXPECT_TRUE(line["figures"]["server_threads"]["value"].is_null());
    const std::string text = text_report(result);
    EXPECT_NE(text.find("server                         –           –           –           –"),
              std::string::npos)
        << text;
    const auto again = read(file_of(result)).measurements.at(0);
    EXPECT_FALSE(again.runs.front().server->cpu_seconds);
    EXPECT_FALSE(again.runs.front().steal_share);
}

TEST(ReadResults, EveryFigureIsMadeAgainFromTheFileAlone) {
    const MeasurementResult result = fixture::measurement();
    const ResultSet set = read(file_of(result));
    EXPECT_TRUE(set.problems.empty());
    ASSERT_EQ(set.measurements.size(), 1U);
    const auto original = figures(result);
    const auto again = figures(set.measurements[0]);
    ASSERT_EQ(original.size(), again.size());
    for (std::size_t at = 0; at < original.size(); ++at) {
        const auto name = original[at].field->name;
        EXPECT_EQ(original[at].value, again[at].value) << name;
        ASSERT_EQ(original[at].interval.has_value(), again[at].interval.has_value()) << name;
        if (original[at].interval) {
            EXPECT_EQ(original[at].interval->low, again[at].interval->low) << name;
            EXPECT_EQ(original[at].interval->high, again[at].interval->high) << name;
        }
    }
}

TEST(ReadResults, WhatIsReadWritesTheSameFileAndReport) {
    MeasurementResult result = fixture::measurement();
    result.runs_needed = 17;
    result.verdict_details = {"a detail"};
    const MeasurementResult again = read(file_of(result)).measurements.at(0);
    // Objects compare without regard to the order of their keys: options are read in a different
    // one.
    std::istringstream first(file_of(result));
    std::istringstream second(file_of(again));
    std::string a;
    std::string b;
    while (std::getline(first, a)) {
        ASSERT_TRUE(std::getline(second, b));
        EXPECT_EQ(Json::parse(a), Json::parse(b));
    }
    EXPECT_EQ(text_report(result), text_report(again));
    EXPECT_EQ(csv_measurement_row(result), csv_measurement_row(again));
}

TEST(ReadResults, TheMeasurementLineStatesTheSameHeadline) {
    const MeasurementResult result = fixture::measurement();
    std::istringstream input(json_measurement_line(result));
    ResultReader reader(input, "results.json");
    const auto record = reader.next();
    ASSERT_TRUE(record && std::holds_alternative<MeasurementRecord>(*record));
    const auto& stated = std::get<MeasurementRecord>(*record).figures;
    const auto made = figures(result);
    ASSERT_EQ(stated.size(), made.size());
    for (std::size_t at = 0; at < made.size(); ++at) {
        EXPECT_EQ(stated[at].name, made[at].field->name);
        EXPECT_EQ(stated[at].value, made[at].value);
        EXPECT_EQ(stated[at].interval.has_value(), made[at].interval.has_value());
    }
    EXPECT_FALSE(reader.next());
}

TEST(ReadResults, MeasurementsMayBeInterleavedAndUnfinished) {
    MeasurementResult one = fixture::measurement();
    MeasurementResult two = fixture::measurement();
    two.context.id = "another";
    const ResultSet set =
        read(json_run_line(two.context, two.runs[1]) + json_run_line(one.context, one.runs[0]) +
             "\n" + json_run_line(two.context, two.runs[0]) + file_of(one).substr(0, 0));
    ASSERT_EQ(set.measurements.size(), 2U);
    EXPECT_EQ(set.measurements[0].context.id, "another");
    ASSERT_EQ(set.measurements[0].runs.size(), 2U);
    EXPECT_EQ(set.measurements[0].runs[0].number, 1U);
    EXPECT_EQ(set.measurements[0].outcome, ExitCode::failed);
    EXPECT_NE(set.measurements[0].stop_reason.find("did not end"), std::string::npos);
}

TEST(ReadResults, ATornLineIsReportedAndPassedOver) {
    const MeasurementResult result = fixture::measurement();
    const std::string whole = json_run_line(result.context, result.runs[0]);
    const std::string second = json_run_line(result.context, result.runs[1]);
    for (const std::size_t kept : {std::size_t{1}, second.size() / 2, second.size() - 2}) {
        const ResultSet last = read(whole + second.substr(0, kept));
        EXPECT_EQ(last.measurements.at(0).runs.size(), 1U);
        ASSERT_EQ(last.problems.size(), 1U);
        EXPECT_EQ(last.problems[0].line, 2U);
        EXPECT_NE(last.problems[0].message.find("results.json:2:"), std::string::npos);
    }
    const ResultSet middle = read(second.substr(0, 100) + "\n" + whole);
    EXPECT_EQ(middle.measurements.at(0).runs.size(), 1U);
    EXPECT_EQ(middle.problems.at(0).line, 1U);
    // Only the newline is missing: nothing is lost.
    EXPECT_TRUE(read(whole.substr(0, whole.size() - 1)).problems.empty());
}

TEST(ReadResults, ARunThatIsThereTwiceCountsOnce) {
    const MeasurementResult result = fixture::measurement();
    const ResultSet set = read(file_of(result) + file_of(result));
    EXPECT_EQ(set.measurements.at(0).runs.size(), 11U);
    EXPECT_EQ(set.problems.size(), 11U);
}

// As volley wrote it when schema 1 was current.
TEST(ReadResults, ALineOfSchema1IsReadAndWhatItLacksIsNotKnown) {
    std::ifstream file("client/report/testdata/run_of_schema_1.json");
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    ASSERT_FALSE(line.empty()) << "run it from the root of the project";
    const ResultSet set = read(line);
    const RunResult& run = set.measurements.at(0).runs.at(0);
    EXPECT_EQ(run.trips.count(), 4096U);
    EXPECT_EQ(run.edges.in_flight, 16U);
    EXPECT_FALSE(covered_share(run));
    EXPECT_FALSE(run.server->memory_pss_bytes);
}

TEST(ReadResults, ANewerSchemaIsRefusedByName) {
    const std::string error = error_of(changed([](Json& line) { line["schema_version"] = 99; }));
    EXPECT_NE(error.find("results.json:1:"), std::string::npos) << error;
    EXPECT_NE(error.find("newer volley (schema 99"), std::string::npos) << error;
}

TEST(ReadResults, RecordsThatAreNotOursAreErrors) {
    EXPECT_NE(error_of("{}\n").find("\"schema\""), std::string::npos);
    EXPECT_NE(error_of("[1]\n"), "");
    EXPECT_NE(error_of("7\n"), "");
    EXPECT_NE(error_of("").find("holds no result"), std::string::npos);
    EXPECT_NE(error_of("name,value\na,1\n").find("holds no result"), std::string::npos);
}

TEST(ReadResults, WrongTypesAndRangesAreErrorsThatNameTheKey) {
    const std::vector<std::pair<std::string, std::function<void(Json&)>>> cases{
        {"run", [](Json& line) { line["run"] = -1; }},
        {"run", [](Json& line) { line["run"] = 1.5; }},
        {"error", [](Json& line) { line["error"] = 7; }},
        {"complete", [](Json& line) { line["complete"] = "true"; }},
        {"kind", [](Json& line) { line["kind"] = "other"; }},
        {"kind", [](Json& line) { line.erase("kind"); }},
        {"server_pid", [](Json& line) { line["server_pid"] = 1U << 31U; }},
        {"server_pid", [](Json& line) { line["server_pid"] = ~std::uint64_t{0}; }},
        {"measured_seconds", [](Json& line) { line["measured_seconds"] = nullptr; }},
        {"confidence", [](Json& line) { line["confidence"] = 1.5; }},
        {"placement", [](Json& line) { line["placement"] = 0; }},
        {"sharing", [](Json& line) { line["placement"]["sharing"] = "all of them"; }},
        {"allowed_cpus", [](Json& line) { line["environment"]["allowed_cpus"][0] = "x"; }},
        {"count", [](Json& line) { line["windows"]["count"].push_back(1); }},
        {"sum_ns", [](Json& line) { line["windows"].erase("sum_ns"); }},
        {"options", [](Json& line) { line["options"]["clients"] = 16; }},
        {"trips", [](Json& line) { line["histogram"].erase("trips"); }},
        {"bucket", [](Json& line) { line["histogram"]["bucket"].push_back(9); }},
        {"histogram", [](Json& line) { line.erase("histogram"); }},
        {"histogram", [](Json& line) { line["histogram"]["bucket"].back() = 1U << 30U; }},
        {"histogram", [](Json& line) { line["histogram"]["sum"] = 1; }},
        {"within_run_low",
         [](Json& line) { line["figures"]["rtt_ns_p50"]["within_run_low"] = ""; }},
    };
    for (const auto& [key, change] : cases) {
        const std::string error = error_of(changed(change));
        EXPECT_NE(error.find(key), std::string::npos) << key << ": " << error;
        EXPECT_NE(error.find("results.json:1:"), std::string::npos) << key << ": " << error;
    }
    EXPECT_EQ(error_of(changed([](Json& line) { line["a later addition"] = 1; })), "");
}

TEST(ReadResults, SizesAreLimited) {
    const std::string run = json_run_line(fixture::context(), fixture::run(1, 8'000));
    EXPECT_NE(error_of(run, {.line_bytes = 1000}).find("longer than 1000 bytes"),
              std::string::npos);
    EXPECT_NE(error_of(run, {.values_a_line = 100}).find("over the limit of 100"),
              std::string::npos);
    EXPECT_NE(error_of(std::string(1'000'000, '[') + "\n").find("deeper"), std::string::npos);
    EXPECT_EQ(error_of(run, {.line_bytes = run.size() - 1}), "");
    EXPECT_NE(error_of(run, {.line_bytes = run.size() - 2}), "");
    const MeasurementResult result = fixture::measurement();
    EXPECT_NE(error_of(file_of(result), {.kept_runs = 10}).find("more than 10 runs"),
              std::string::npos);
}

TEST(ReadResults, AFileThatCannotBeOpenedIsNamed) {
    try {
        [[maybe_unused]] const auto set = read_results("/nonexistent/results.json");
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        EXPECT_NE(std::string(error.what()).find("/nonexistent/results.json"), std::string::npos);
    }
}

}  // namespace
}  // namespace volley
