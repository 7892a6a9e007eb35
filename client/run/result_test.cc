#include "run/result.hh"

#include <gtest/gtest.h>

#include <set>

namespace volley {
namespace {

RunResult run_of(std::initializer_list<std::uint64_t> trips, bool complete = true) {
    RunResult run;
    run.complete = complete;
    run.measured_seconds = 2;
    for (const auto trip : trips) {
        run.trips.record(trip);
    }
    return run;
}

const Figure& figure(const std::vector<Figure>& all, std::string_view name) {
    for (const auto& one : all) {
        if (one.field->name == name) {
            return one;
        }
    }
    throw std::out_of_range(std::string(name));
}

TEST(Result, FieldNamesAreUniqueAndTheirUnitsAgree) {
    std::set<std::string_view> names;
    for (const auto& field : fields()) {
        EXPECT_TRUE(names.insert(field.name).second) << field.name;
        EXPECT_FALSE(field.meaning.empty()) << field.name;
        if (field.name.find("_ns_") != std::string_view::npos) {
            EXPECT_EQ(field.unit, "ns") << field.name;
        }
    }
}

TEST(Result, StatisticsAreFoundByShortAndByFullName) {
    EXPECT_EQ(find_statistic("p50")->name, "rtt_ns_p50");
    EXPECT_EQ(find_statistic("rtt_ns_p50")->name, "rtt_ns_p50");
    EXPECT_EQ(find_statistic("p51"), nullptr);
}

TEST(Result, TheHeadlineIsTheMedianOverCompleteRuns) {
    MeasurementResult result;
    result.runs = {run_of({100, 100}), run_of({300, 300}), run_of({200, 200}),
                   run_of({9999, 9999}, false)};
    const auto all = figures(result);
    EXPECT_DOUBLE_EQ(*figure(all, "rtt_ns_mean").value, 200);
    EXPECT_DOUBLE_EQ(*figure(all, "rtt_ns_max").value, 300);
    EXPECT_DOUBLE_EQ(*figure(all, "rtt_ns_min").value, 100);
    EXPECT_DOUBLE_EQ(*figure(all, "round_trips").value, 6);
    EXPECT_DOUBLE_EQ(*figure(all, "round_trips_per_second").value, 1);
    EXPECT_FALSE(figure(all, "rtt_ns_mean").interval) << "three runs give no interval";
    EXPECT_FALSE(figure(all, "server_cpu_ns_per_round_trip").value) << "nobody measured it";
}

TEST(Result, OneRunCarriesItsOwnInterval) {
    MeasurementResult result;
    result.runs = {run_of({100, 102})};
    result.runs[0].mean = Estimate{.point = 100.5, .interval = Interval{.low = 90, .high = 110}};
    const Figure mean = figure(figures(result), "rtt_ns_mean");
    EXPECT_DOUBLE_EQ(*mean.value, 100.5);
    ASSERT_TRUE(mean.interval);
    EXPECT_DOUBLE_EQ(mean.interval->low, 90);
}

TEST(Result, CostIsPerRoundTrip) {
    MeasurementResult result;
    result.runs = {run_of({100, 100, 100, 100})};
    result.runs[0].server = Cost{.cpu_seconds = 4e-6, .user_seconds = 1e-6, .system_seconds = 3e-6};
    result.runs[0].client.cpu_seconds = 8e-6;
    const auto all = figures(result);
    EXPECT_DOUBLE_EQ(*figure(all, "server_cpu_ns_per_round_trip").value, 1000);
    EXPECT_DOUBLE_EQ(*figure(all, "server_user_ns_per_round_trip").value, 250);
    EXPECT_DOUBLE_EQ(*figure(all, "client_cpu_ns_per_round_trip").value, 2000);
}

}  // namespace
}  // namespace volley
