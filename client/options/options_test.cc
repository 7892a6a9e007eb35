#include "options/options.hh"
#include "options/values.hh"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.hh"

namespace volley {
namespace {

using namespace std::chrono_literals;

// The message with which parse_options() refuses, or "accepted".
std::string refusal(const std::vector<std::string>& arguments) {
    try {
        static_cast<void>(parse_options(arguments));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
    return "accepted";
}

class ConfigFile {
  public:
    explicit ConfigFile(const std::string& text)
        : path_(std::filesystem::temp_directory_path() /
                ("volley-config-" + std::to_string(::getpid()) + ".ini")) {
        std::ofstream(path_) << text;
    }
    ~ConfigFile() { std::filesystem::remove(path_); }
    ConfigFile(const ConfigFile&) = delete;
    ConfigFile& operator=(const ConfigFile&) = delete;
    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

TEST(Options, ShortAndLongFormsAreTheSame) {
    const Options options = parse_options({"-p", "9000", "-c", "16", "-t", "2", "-m", "64k"});
    EXPECT_EQ(options.port, 9000);
    EXPECT_EQ(options.clients, 16U);
    EXPECT_EQ(options.threads, 2U);
    EXPECT_EQ(options.message_bytes, 65536U);
    const Options longer = parse_options({"--port=9000", "--clients=16", "--threads", "2"});
    EXPECT_EQ(longer.port, options.port);
    EXPECT_EQ(longer.clients, options.clients);
}

TEST(Options, WhatFollowsTheDashesIsTheServersOwn) {
    const Options options = parse_options({"-c", "2", "--", "server", "-c", "3", "--help", "--"});
    EXPECT_EQ(options.clients, 2U);
    EXPECT_EQ(options.server, (std::vector<std::string>{"server", "-c", "3", "--help", "--"}));
    EXPECT_EQ(options.action, Options::Action::measure);
}

TEST(Options, DefaultsAreThoseOfTheMethod) {
    const Options options = parse_options({"-p", "1"});
    EXPECT_EQ(options.clients, 1U);
    EXPECT_EQ(options.host, "127.0.0.1");
    EXPECT_DOUBLE_EQ(options.precision, 0.05);
    EXPECT_DOUBLE_EQ(options.confidence, 0.95);
    EXPECT_EQ(options.statistics, (std::vector<std::string>{"mean", "p50"}));
    EXPECT_EQ(options.min_runs, 10U);
    EXPECT_EQ(options.max_runs, 60U);
    EXPECT_EQ(options.run_time, Duration(1s));
    EXPECT_FALSE(options.max_time);
    EXPECT_EQ(default_max_time, Duration(180s));
    EXPECT_EQ(options.timeout, Duration(5s));
    EXPECT_FALSE(options.warmup);
}

TEST(Options, QuickIsFewerRunsUnlessTheyAreGiven) {
    EXPECT_EQ(parse_options({"-p", "1", "--quick"}).min_runs, 6U);
    EXPECT_EQ(parse_options({"-p", "1", "--quick", "--min-runs", "8"}).min_runs, 8U);
}

TEST(Options, PercentagesAreReadWithAndWithoutTheSign) {
    EXPECT_DOUBLE_EQ(parse_options({"-p", "1", "--precision", "2%"}).precision, 0.02);
    EXPECT_DOUBLE_EQ(parse_options({"-p", "1", "--precision", "2"}).precision, 0.02);
    EXPECT_DOUBLE_EQ(parse_options({"-p", "1", "--confidence", "99"}).confidence, 0.99);
}

TEST(Options, StatisticsAreNamesOfTheTable) {
    EXPECT_EQ(parse_options({"-p", "1", "--statistic", "p99.9,mean"}).statistics,
              (std::vector<std::string>{"p99_9", "mean"}));
    for (const char* bad : {"p98", "", ",", "round_trips", "mean,,p50"}) {
        EXPECT_NE(refusal({"-p", "1", "--statistic", bad}), "accepted") << bad;
    }
}

TEST(Options, EveryBadValueIsNamedWithWhatIsAllowed) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"-p", "0"}, "--port '0' is not a whole number from 1 to 65535"},
        {{"-p", "65536"}, "--port '65536'"},
        {{"-p", "-1"}, "--port '-1'"},
        {{"-p", "80x"}, "--port '80x'"},
        {{"-p", "1", "-c", "0"}, "--clients '0' is not a whole number from 1 to 1000000"},
        {{"-p", "1", "-c", "1000000000"}, "--clients '1000000000'"},
        {{"-p", "1", "-c", "99999999999999999999"}, "--clients '99999999999999999999'"},
        {{"-p", "1", "-m", "0"}, "--message '0' is not a number of bytes from 1 to 16777216"},
        {{"-p", "1", "-m", "17M"}, "--message '17M'"},
        {{"-p", "1", "--precision", "0"}, "--precision '0' is not a percentage"},
        {{"-p", "1", "--confidence", "100"}, "--confidence '100' is not a percentage"},
        {{"-p", "1", "--run-time", "1ms"}, "--run-time '1ms' is not a time from 50ms to 3600s"},
        {{"-p", "1", "--timeout", "never"}, "--timeout 'never' is not a time"},
        {{"-p", "1", "--driver", "fast"}, "--driver 'fast' is not auto, block, wait or spin"},
        {{"-p", "1", "--transport", "null"},
         "--transport 'null' is not tcp, unix or unix-seqpacket"},
        {{"-p", "1", "--transport", "unix", "--host", "::1"},
         "--host '::1': transport unix is for servers on this machine and has no hosts"},
        {{"-p", "1", "--client-cpus", "3-1"}, "--client-cpus '3-1' is not a list of CPUs"},
        {{"-p", "1", "--frobnicate"}, "unrecognised option '--frobnicate'"},
        {{"-p", "1", "--clie", "3"}, "unrecognised option '--clie'"},
        {{"-p", "1", "stray"}, "one of the words is not an option"},
        {{}, "nothing to measure"},
        {{"--"}, "-- is not followed by a server"},
        {{"-p", "1", "--", "x"}, "--port and -- SERVER exclude each other"},
        {{"-p", "1", "-t", "3"}, "--threads 3 are more than --clients 1"},
        {{"-p", "1", "-c", "4", "-t", "2", "--driver", "block"}, "--driver block needs a thread"},
        {{"-p", "1", "--min-runs", "61"}, "--min-runs 61 is above --max-runs 60"},
        {{"-p", "1", "--json", "-", "--csv", "-"}, "want stdout"},
        {{"--terminate", "--", "x"}, "--terminate is for a server that already runs"},
        {{"--%canonical_option%"}, "holds '%canonical_option%'"},
        {{"-p", "1", "--config", "/dev/zero"}, "--config '/dev/zero' cannot be read"},
        {{"-p", "1", "--config", "/tmp"}, "--config '/tmp' cannot be read"},
        {{"-p", "1", "--config", "/nonexistent/x"}, "--config '/nonexistent/x' cannot be read"},
    };
    for (const auto& [arguments, expected] : cases) {
        const std::string said = refusal(arguments);
        EXPECT_TRUE(said.starts_with(expected) || said.find(expected) != std::string::npos) << said;
        EXPECT_NE(said.find("; "), std::string::npos) << "no remedy: " << said;
        EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    }
}

TEST(Options, AConfigurationFileGivesWhatTheCommandLineLeavesOpen) {
    const ConfigFile file("clients = 8\nprecision = 2%\nkeep-awake = yes\nrealtime = no\n");
    const Options options = parse_options({"-p", "1", "-c", "4", "--config", file.path()});
    EXPECT_EQ(options.clients, 4U);
    EXPECT_DOUBLE_EQ(options.precision, 0.02);
    EXPECT_TRUE(options.keep_awake);
    EXPECT_FALSE(options.realtime);
}

TEST(Options, WhatAConfigurationFileSaysIsTakenOrRefusedWithItsLine) {
    const ConfigFile hash("name = a#b\n");
    EXPECT_EQ(parse_options({"-p", "1", "--config", hash.path()}).name, "a#b");
    const std::vector<std::pair<std::string, std::string>> cases{
        {"clients = 2\nconfig = other\n", "line 2: config cannot be given in a file"},
        {"help = yes\n", "line 1: help cannot be given in a file"},
        {"client = 2\n", "line 1: there is no option client"},
        {"\nclients = many\n", "line 2: clients 'many' is not a whole number"},
        {"quiet = maybe\n", "line 1: quiet 'maybe' is not yes or no"},
        {"name = x\nname = y\n", "line 2: name is given twice"},
    };
    for (const auto& [text, expected] : cases) {
        const ConfigFile file(text);
        const std::string said = refusal({"-p", "1", "--config", file.path()});
        EXPECT_TRUE(said.starts_with("--config '" + file.path() + "', " + expected)) << said;
    }
    // The command line wins, and the message then names it.
    const ConfigFile file("clients = many\n");
    EXPECT_TRUE(
        refusal({"-p", "1", "-c", "x", "--config", file.path()}).starts_with("--clients 'x'"));
}

TEST(Options, AStatisticThatCannotBecomePreciseIsRefusedWithThoseThatCan) {
    for (const char* statistic : {"max", "min", "round_trips", "steal_share", "server_threads",
                                  "setup_seconds", "server_cpu_share", "frob"}) {
        const std::string said = refusal({"--statistic", statistic, "--", "x"});
        EXPECT_NE(said.find(std::string("--statistic '") + statistic +
                            "' is not a list out of mean,p50,"),
                  std::string::npos)
            << said;
    }
    // Every name that is offered is accepted.
    EXPECT_EQ(parse_options({"--statistic", names_of_statistics(can_be_precise), "--", "x"})
                  .statistics.size(),
              15U);
    const std::string single =
        refusal({"--runs", "1", "--statistic", "mean,round_trips_per_second", "--", "x"});
    EXPECT_NE(single.find("'round_trips_per_second' has no interval within a run"),
              std::string::npos);
    EXPECT_TRUE(single.ends_with("take one of mean,p50,p90,p99,p99.9")) << single;
    EXPECT_EQ(parse_options({"--runs", "1", "--statistic", "mean,p50,p90,p99,p99.9", "--", "x"})
                  .statistics.size(),
              5U);
    const std::string foreign = refusal({"-p", "1", "--statistic", "server_cpu_ns_per_round_trip"});
    EXPECT_NE(foreign.find("already runs"), std::string::npos) << foreign;
    EXPECT_EQ(foreign.find("server_", foreign.find("take one of")), std::string::npos) << foreign;
    const ConfigFile file("runs = 1\nstatistic = stddev\n");
    EXPECT_NE(
        refusal({"--config", file.path(), "--", "x"}).find("line 2: statistic 'stddev' has no"),
        std::string::npos);
}

TEST(Options, ABadConfigurationFileIsNamed) {
    const ConfigFile file("clientz = 8\n");
    EXPECT_NE(refusal({"-p", "1", "--config", file.path()}).find("clientz"), std::string::npos);
}

TEST(Options, TheSettingsAsAConfigurationFileGiveTheSameOptions) {
    const Options options =
        parse_options({"-p", "77", "-c", "5", "--driver", "spin", "--client-cpus", "0-1,3",
                       "--statistic", "p99.9,mean", "--warmup", "1.5s", "--keep-awake"});
    std::string lines;
    for (const auto& setting : settings_of(options)) {
        lines += setting.name + " = " + setting.value + "\n";
    }
    const ConfigFile file(lines);
    const auto again = settings_of(parse_options({"--config", file.path()}));
    const auto before = settings_of(options);
    ASSERT_EQ(again.size(), before.size());
    for (std::size_t at = 0; at < before.size(); ++at) {
        EXPECT_EQ(again[at].name, before[at].name);
        EXPECT_EQ(again[at].value, before[at].value) << before[at].name;
    }
}

TEST(Options, EveryTransportIsTakenAndInTheHelp) {
    for (const std::string& name : transport_names()) {
        const Options options = parse_options({"--transport", name, "-p", "7"});
        EXPECT_EQ(endpoint_of(options).transport(), name);
        EXPECT_NE(help_text().find(name), std::string::npos) << name;
        const auto settings = settings_of(options);
        EXPECT_EQ(value_of(settings, "transport"), name);
        EXPECT_EQ(value_of(settings, "host"), name == "tcp" ? "127.0.0.1" : "");
    }
}

TEST(Options, HelpFitsTwoScreensAndNamesTheExitStatuses) {
    const std::string help = help_text();
    EXPECT_LE(std::count(help.begin(), help.end(), '\n'), 2 * 36);
    std::size_t begin = 0;
    while (begin < help.size()) {
        const std::size_t end = help.find('\n', begin);
        EXPECT_LE(end - begin, 110U) << help.substr(begin, end - begin);
        begin = end + 1;
    }
    EXPECT_NE(help.find("Exit status"), std::string::npos);
}

TEST(Options, VersionSaysHowItWasBuilt) {
    const std::string version = version_report();
    for (const char* part : {"volley ", "compiler ", "flags ", "-std=c++20", "boost ", "method "}) {
        EXPECT_NE(version.find(part), std::string::npos) << part;
    }
}

}  // namespace
}  // namespace volley
