#include "compare/command.hh"

#include <gtest/gtest.h>

#include "base/error.hh"

namespace volley {

namespace {

using Words = std::vector<std::string>;

std::string refusal(const Words& words) {
    try {
        (void)parse_compare_command(words);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
    return "nothing was refused";
}

}  // namespace

TEST(CompareCommand, Defaults) {
    const CompareCommand command = parse_compare_command({"a.jsonl"});
    EXPECT_EQ(command.results, "a.jsonl");
    EXPECT_FALSE(command.newer);
    EXPECT_EQ(command.request.by, find_factor("server"));
    EXPECT_EQ(command.request.statistic, find_statistic("mean"));
    EXPECT_EQ(command.request.confidence, 0.95);
    EXPECT_FALSE(command.stdout_is_taken());
}

TEST(CompareCommand, EveryOption) {
    const CompareCommand command = parse_compare_command({"a.jsonl",      "--by",
                                                          "cores",        "--baseline=2",
                                                          "--where",      "clients=16,server=go",
                                                          "--where",      "server=asio",
                                                          "--statistic",  "p99.9",
                                                          "--confidence", "99%",
                                                          "--csv",        "c",
                                                          "--json",       "-",
                                                          "--markdown",   "m",
                                                          "--tables",     "t"});
    EXPECT_EQ(command.request.by, find_factor("cores"));
    EXPECT_EQ(command.request.baseline, "2");
    const std::vector<std::pair<const Factor*, std::string>> where{{find_factor("clients"), "16"},
                                                                   {find_factor("server"), "go"},
                                                                   {find_factor("server"), "asio"}};
    EXPECT_EQ(command.request.where, where);
    EXPECT_EQ(command.request.statistic, find_statistic("p99_9"));
    EXPECT_NEAR(command.request.confidence, 0.99, 1e-12);
    EXPECT_EQ(command.csv, "c");
    EXPECT_TRUE(command.stdout_is_taken());
    EXPECT_EQ(command.tables, "t");
    const CompareCommand change = parse_compare_command({"old", "new", "--fail-if-slower", "5%"});
    EXPECT_EQ(change.newer, "new");
    EXPECT_NEAR(*change.fail_if_slower, 0.05, 1e-12);
    EXPECT_EQ(parse_compare_command({"--help"}).action, CompareCommand::Action::help);
    EXPECT_EQ(parse_compare_command({"-V"}).action, CompareCommand::Action::version);
}

TEST(CompareCommand, BadInputNamesWhatIsAllowed) {
    const auto contains = [](const Words& words, const char* text) {
        const std::string said = refusal(words);
        EXPECT_NE(said.find(text), std::string::npos) << said;
        EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    };
    contains({}, "no result file");
    contains({"a", "b", "c"}, "3 result files");
    contains({"a", "--by", "colour"}, "not one of server, clients, cores, message_bytes");
    contains({"a", "--where", "clients"}, "not KEY=VALUE");
    contains({"a", "--where", "colour=red"}, "keys are server, clients");
    contains({"a", "--where", ""}, "--where is empty");
    contains({"a", "--where", "clients="}, "not KEY=VALUE");
    contains({"a", "--statistic", "stddev"}, "not one of mean");
    contains({"a", "--confidence", "20%"}, "from 50% to 99.99%");
    contains({"a", "--fail-if-slower", "5%"}, "OLD and NEW");
    contains({"a", "b", "--tables", "t"}, "--tables is for one result file");
    contains({"a", "b", "--baseline", "x"}, "--baseline is for one result file");
    contains({"a", "-"}, "standard input");
    contains({"a", "--csv", "-", "--json", "-"}, "cannot both");
    contains({"a", "--csv", ""}, "--csv is empty");
    contains({"a", "--nonsense"}, "--nonsense");
    contains({"a", "%value%"}, "%value%");
}

}  // namespace volley
