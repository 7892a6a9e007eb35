#include "sweep/builds.hh"

#include <gtest/gtest.h>

#include "base/error.hh"

namespace volley {
namespace {

// A grid of one server, which is this program: its file exists and does not change.
GridCell cell_of(const std::string& server) {
    GridCell cell;
    cell.cell.key[server_factor()] = server;
    cell.plan.emplace();
    cell.plan->spec.run.server = ServerSpec{.command = {"/proc/self/exe"}};
    return cell;
}

MeasurementContext context_of(const std::string& server) {
    MeasurementContext context = own_build();
    context.server_name = server;
    return context;
}

RunResult run_of(const Fingerprint& fingerprint) {
    RunResult run;
    run.server_fingerprint = fingerprint;
    return run;
}

// Status and message of what it throws; 0 and nothing if it passes.
template <typename Act>
std::pair<int, std::string> refusal(const Act& act) {
    try {
        act();
    } catch (const Error& error) {
        return {static_cast<int>(error.code()), error.what()};
    }
    return {0, ""};
}

Fingerprint present() {
    return fingerprint_of({"/proc/self/exe"});
}

Fingerprint another() {
    Fingerprint fingerprint = present();
    fingerprint.front().hash = std::string(32, '0');
    return fingerprint;
}

}  // namespace

TEST(SweepBuilds, TheSameBuildGoesOn) {
    Builds builds("results.jsonl");
    builds.add(context_of("a"), run_of(present()), ExitCode::usage);
    builds.add(context_of("a"), run_of(present()), ExitCode::usage);
    builds.add(context_of("b"), run_of(another()), ExitCode::usage);
    EXPECT_EQ(refusal([&] { builds.check_server(cell_of("a"), ExitCode::usage); }).first, 0);
    EXPECT_EQ(refusal([&] { builds.check_client(own_build()); }).first, 0);
}

TEST(SweepBuilds, AnotherServerIsRefusedWithWhatHasChangedAndHowToStartAfresh) {
    Builds builds("results.jsonl");
    builds.add(context_of("a"), run_of(another()), ExitCode::usage);
    const auto [status, words] =
        refusal([&] { builds.check_server(cell_of("a"), ExitCode::usage); });
    EXPECT_EQ(status, 2);
    for (const std::string& part : std::vector<std::string>{
             "the server a is not the same build", "results.jsonl", "was 00000000",
             "and is " + present().front().hash.substr(0, 8), "--out"}) {
        EXPECT_NE(words.find(part), std::string::npos) << words;
    }
    EXPECT_EQ(refusal([&] { builds.check_server(cell_of("a"), ExitCode::failed); }).first, 1);
    EXPECT_EQ(refusal([&] { builds.check_server(cell_of("b"), ExitCode::usage); }).first, 0);
    EXPECT_EQ(
        refusal([&] { builds.add(context_of("a"), run_of(present()), ExitCode::failed); }).first,
        1);
    EXPECT_EQ(
        refusal([&] { builds.add(context_of("a"), run_of(present()), ExitCode::usage); }).first, 2);
}

TEST(SweepBuilds, OfWhatIsNotKnownNothingIsSaid) {
    Builds builds("results.jsonl");
    builds.add(context_of("a"), run_of({}), ExitCode::usage);
    EXPECT_EQ(refusal([&] { builds.check_server(cell_of("a"), ExitCode::usage); }).first, 0);
    GridCell skipped = cell_of("a");
    skipped.plan.reset();
    builds.add(context_of("a"), run_of(another()), ExitCode::usage);
    EXPECT_EQ(refusal([&] { builds.check_server(skipped, ExitCode::usage); }).first, 0);
    EXPECT_EQ(refusal([] { Builds("none").check_client(own_build()); }).first, 0);
}

TEST(SweepBuilds, AnotherClientIsRefused) {
    const auto with = [](const auto& change) {
        MeasurementContext there = context_of("a");
        change(there);
        Builds builds("results.jsonl");
        builds.add(there, run_of({}), ExitCode::usage);
        return refusal([&] { builds.check_client(own_build()); });
    };
    EXPECT_EQ(with([](MeasurementContext&) {}).first, 0);
    EXPECT_EQ(with([](MeasurementContext& it) { it.client_hash.reset(); }).first, 0)
        << "older file";
    EXPECT_EQ(with([](MeasurementContext& it) { it.client_hash = "0"; }).first, 2);
    EXPECT_NE(with([](MeasurementContext& it) { it.build = "clang"; }).second.find("flags"),
              std::string::npos);
    EXPECT_NE(with([](MeasurementContext& it) { it.version = "0.0.1"; }).second.find("0.0.1 there"),
              std::string::npos);
}

}  // namespace volley
