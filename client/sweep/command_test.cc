#include "sweep/command.hh"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/error.hh"

namespace volley {
namespace {

using Words = std::vector<std::string>;

const Words small_grid = {"--servers", "a,b", "--clients", "1,16", "--cores", "2"};

Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::string refusal(const Words& words) {
    try {
        static_cast<void>(parse_sweep_command(words));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
    return "accepted";
}

class SweepCommandFile : public testing::Test {
  protected:
    std::string write(const std::string& text) {
        std::ofstream(path_) << text;
        return path_;
    }
    void TearDown() override { std::filesystem::remove(path_); }

  private:
    std::string path_ = testing::TempDir() + "sweep_plan_" + std::to_string(::getpid()) + ".ini";
};

TEST(SweepCommand, AGridHasServersClientsAndCores) {
    const SweepCommand command = parse_sweep_command(small_grid);
    EXPECT_EQ(command.action, SweepCommand::Action::measure);
    EXPECT_EQ(command.plan.lists.servers(), (Words{"a", "b"}));
    EXPECT_EQ(command.plan.lists.numbers("clients"), (std::vector<std::uint64_t>{1, 16}));
    EXPECT_EQ(command.plan.lists.numbers("cores"), (std::vector<std::uint64_t>{2}));
    EXPECT_EQ(command.plan.lists.numbers("message_bytes"), (std::vector<std::uint64_t>{4}));
    EXPECT_FALSE(command.plan.runs);
    EXPECT_FALSE(command.seed);
    EXPECT_NE(refusal({"--servers", "a", "--clients", "1"}).find("--cores is missing"),
              std::string::npos);
}

TEST(SweepCommand, OptionsOfTheClientComeAfterTheDashes) {
    const SweepCommand command = parse_sweep_command(with(
        small_grid, {"--runs", "12", "--sizes", "4,1k", "--seed", "7", "--", "--run-time", "2s"}));
    EXPECT_EQ(command.plan.runs, 12U);
    EXPECT_EQ(command.plan.lists.numbers("message_bytes"), (std::vector<std::uint64_t>{4, 1024}));
    EXPECT_EQ(command.seed, 7U);
    EXPECT_EQ(command.plan.options, (Words{"--run-time", "2s"}));
}

TEST(SweepCommand, WhatTheSweepDecidesIsNoOptionOfTheClient) {
    for (const char* option : {"--clients=1", "-c1", "--server-cores=1", "--message=4", "--runs=3",
                               "--seed=1", "--json=x", "--port=1", "--config=x"}) {
        EXPECT_NE(refusal(with(small_grid, {"--", option})).find("cannot be given to the client"),
                  std::string::npos)
            << option;
    }
    EXPECT_NE(refusal(with(small_grid, {"--", "--no-such"})).find("--no-such"), std::string::npos);
    EXPECT_NE(refusal(with(small_grid, {"--", "stray"})).find("options of the client"),
              std::string::npos);
}

TEST(SweepCommand, SlipsInListsAreNamed) {
    EXPECT_NE(refusal({"--servers", "a,a", "--clients", "1", "--cores", "1"}).find("a twice"),
              std::string::npos);
    EXPECT_NE(refusal({"--servers", "a", "--clients", "1,01", "--cores", "1"}).find("01 twice"),
              std::string::npos);
    for (const char* list : {"", ",", "1,", ",1", "1,,2"}) {
        EXPECT_NE(refusal({"--servers", "a", "--clients", list, "--cores", "1"}).find("--clients"),
                  std::string::npos)
            << list;
    }
    EXPECT_NE(refusal({"--servers", "a", "--clients", "0", "--cores", "1"}).find("from 1 to"),
              std::string::npos);
    EXPECT_NE(refusal(with(small_grid, {"--without", "a"})).find("NAME=REASON"), std::string::npos);
    EXPECT_NE(refusal({"--servers", "%value%"}).find("%value%"), std::string::npos);
}

TEST_F(SweepCommandFile, APlanFileHasTheSameNamesAndTheCommandLineWins) {
    const std::string path = write(
        "# a comment\nservers = x, y\nclients = 4\ncores = all\nruns = auto\nseed = 9\n"
        "options = --run-time 0.5s --name-of-nothing 'two words'\n");
    EXPECT_NE(refusal({"--plan", path}).find("--name-of-nothing"), std::string::npos);
    const SweepCommand command =
        parse_sweep_command({"--plan", path, "--clients", "8", "--", "--precision", "2%"});
    EXPECT_EQ(command.plan.lists.servers(), (Words{"x", "y"}));
    EXPECT_EQ(command.plan.lists.numbers("clients"), (std::vector<std::uint64_t>{8}));
    EXPECT_TRUE(command.plan.lists.numbers("cores").empty()) << "all";
    EXPECT_EQ(command.seed, 9U);
    EXPECT_EQ(command.plan.options, (Words{"--precision", "2%"}));
}

TEST_F(SweepCommandFile, APlanFileThatSaysSomethingElseIsRefused) {
    EXPECT_NE(refusal({"--plan", write("servers = a\ncolour = blue\n")}).find("colour"),
              std::string::npos);
    EXPECT_NE(refusal({"--plan", "/nonexistent/plan.ini"}).find("/nonexistent/plan.ini"),
              std::string::npos);
}

TEST(SweepCommand, ResultsLieWhereTheSamePlanFindsThem) {
    const auto directory = [](const Words& words) {
        return results_directory(parse_sweep_command(words), "/build");
    };
    const std::string usual = directory(small_grid);
    EXPECT_TRUE(usual.starts_with("/build/sweep-results/sweep-")) << usual;
    EXPECT_EQ(directory(with(small_grid, {"--runs", "3", "--seed", "4"})), usual);
    EXPECT_NE(directory(with(small_grid, {"--sizes", "8"})), usual);
    EXPECT_NE(directory(with(small_grid, {"--", "--run-time", "2s"})), usual);
    EXPECT_NE(directory({"--servers", "ab", "--clients", "1,16", "--cores", "2"}), usual);
    EXPECT_EQ(directory(with(small_grid, {"--out", "here"})), "here");
}

TEST(SweepCommand, ResultsAreKeptBesideWhatWasBuiltAndNeverWhereTheProgramIsInstalled) {
    EXPECT_EQ(place_of_results("/home/me/volley/target/sweep"), "/home/me/volley/target");
    EXPECT_EQ(place_of_results("/usr/bin/volley-sweep"), ".");
}

TEST_F(SweepCommandFile, ResultsOfAPlanFileHaveItsName) {
    const std::string path = write("servers = a\nclients = 1\ncores = 1\n");
    EXPECT_EQ(results_directory(parse_sweep_command({"--plan", path}), "/build"),
              "/build/sweep-results/" + std::filesystem::path(path).stem().string());
}

}  // namespace
}  // namespace volley
