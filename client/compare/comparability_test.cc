#include "compare/comparability.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "compare/fixture_for_compare_tests.hh"

namespace volley {

using namespace fixture;

namespace {

// The warnings about two cells of two rounds, the second of them changed.
std::vector<FoundWarning> warnings_after_change(const std::function<void(Cell&)>& change) {
    Results results = read(lines_of("a", 1, 2) + lines_of("b", 1.1, 2));
    change(results.cells[1]);
    return warnings_of(analyse(std::move(results), request()));
}

const FoundWarning* find(const std::vector<FoundWarning>& warnings, const std::string& id) {
    const auto found = std::find_if(warnings.begin(), warnings.end(),
                                    [&](const auto& entry) { return entry.warning.id == id; });
    return found == warnings.end() ? nullptr : &*found;
}

}  // namespace

TEST(Comparability, OfEqualConditionsNothingIsSaid) {
    for (const auto& found : warnings_after_change([](Cell&) {})) {
        EXPECT_NE(found.scope, "comparability") << found.warning.message;
    }
}

TEST(Comparability, OtherConditionsAreNamed) {
    const auto changed = [](const char* id,
                            const std::function<void(MeasurementContext&)>& change) {
        const auto warnings = warnings_after_change([&](Cell& cell) {
            for (auto& context : cell.contexts) {
                change(context);
            }
        });
        const FoundWarning* const found = find(warnings, id);
        EXPECT_NE(found, nullptr) << id;
        if (found == nullptr) {
            return std::string();
        }
        EXPECT_EQ(found->scope, "comparability");
        EXPECT_EQ(found->cells, 2U);
        EXPECT_TRUE(is_about_verdicts(*found));
        return found->warning.message;
    };
    using Context = MeasurementContext;
    EXPECT_NE(changed("other-kernel", [](Context& it) { it.environment.kernel = "6.2"; })
                  .find("2 different kernels: 6.1.0-18-amd64, 6.2"),
              std::string::npos);
    changed("other-cpu", [](Context& it) { it.environment.cpu_model = "Other"; });
    changed("other-host", [](Context& it) { it.environment.host_name = "bench2"; });
    changed("other-version", [](Context& it) { it.version = "0.2.0"; });
    changed("other-build", [](Context& it) { it.build = "clang"; });
    changed("other-driver", [](Context& it) { it.driver = "spin"; });
    EXPECT_NE(changed("other-options",
                      [](Context& it) {
                          it.options.push_back({"keep-awake", "yes"});
                      })
                  .find("different options: keep-awake (not given, yes)"),
              std::string::npos);
}

TEST(Comparability, WhatMakesTheCellOrTheNumberOfRunsIsNoOtherOption) {
    const auto warnings = warnings_after_change([](Cell& cell) {
        for (auto& context : cell.contexts) {
            // The other cell has no host, as over a transport without hosts.
            context.options = {{"clients", "64"}, {"precision", "1%"},  {"run-time", "1s"},
                               {"round", "9"},    {"transport", "tcp"}, {"host", "127.0.0.1"}};
        }
    });
    EXPECT_EQ(find(warnings, "other-options"), nullptr);
}

TEST(Comparability, TwoBuildsUnderOneNameAreNamed) {
    const Fingerprint one{{"a", "1"}, {"lib.so", "1"}};
    const Fingerprint two{{"a", "1"}, {"lib.so", "2"}};
    const Fingerprint same_with_more{{"/bin/sh", "7"}, {"a", "1"}};
    const auto warnings_of_builds = [](std::vector<Fingerprint> first,
                                       std::vector<Fingerprint> second) {
        // The same server under two loads: two groups, one name.
        Results results = read(lines_of("a", 1, 2) + lines_of("a", 1.1, 2, 64));
        results.cells[0].builds = std::move(first);
        results.cells[1].builds = std::move(second);
        return warnings_of(analyse(std::move(results), request()));
    };
    for (const auto& warnings :
         {warnings_of_builds({one}, {two}), warnings_of_builds({one, two}, {})}) {
        const FoundWarning* const found = find(warnings, "other-server-build");
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->scope, "comparability");
        EXPECT_TRUE(is_about_verdicts(*found));
        EXPECT_NE(found->warning.message.find("a are from 2 builds of the server (lib.so differs)"),
                  std::string::npos)
            << found->warning.message;
    }
    EXPECT_EQ(find(warnings_of_builds({one}, {one}), "other-server-build"), nullptr);
    EXPECT_EQ(find(warnings_of_builds({one}, {}), "other-server-build"), nullptr) << "not known";
    EXPECT_EQ(find(warnings_of_builds({one}, {same_with_more}), "other-server-build"), nullptr);
}

TEST(Comparability, FailedRunsAreCounted) {
    const auto warnings =
        warnings_of(analyse(read(lines_of("a", 1, 2) + lines_of("b", 1, 2) +
                                 line_of({.server = "b", .round = 3, .error = "it\ndied"})),
                            request()));
    const FoundWarning* const found = find(warnings, "failed-runs");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->warning.message,
              "1 run failed (1 of 3 of b: it); failed runs are in no figure");
}

TEST(Comparability, TheClientAsBottleneckIsFoundAgain) {
    const auto warnings = warnings_after_change([](Cell& cell) {
        cell.facts.worker_saturated = true;
        cell.facts.server_share = 0.5;
    });
    const FoundWarning* const found = find(warnings, "client-is-the-bottleneck");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->scope, "after");
    EXPECT_EQ(found->cells, 1U);
    EXPECT_TRUE(is_about_verdicts(*found));
}

// The fixture's own: known before, by cell and not by measurement.
TEST(Comparability, WarningsOfTheRunsAreCountedByCell) {
    const auto warnings = warnings_after_change([](Cell&) {});
    const FoundWarning* const found = find(warnings, "turbo-off");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->scope, "before");
    EXPECT_EQ(found->cells, 2U);
    EXPECT_FALSE(is_about_verdicts(*found));
}

TEST(Comparability, EveryIdIsExplained) {
    const auto root = std::filesystem::path(__FILE__).parent_path() / "../..";
    const std::string text = fixture::contents(root / "benchmark/machine.md");
    for (const auto& id : comparability_ids()) {
        EXPECT_NE(text.find("`" + id + "`"), std::string::npos) << id;
    }
}

}  // namespace volley
