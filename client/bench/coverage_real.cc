// Does the printed interval hold on runs of real servers? `make coverage-real`.
//
// Records runs of the three servers (c-epoll with 16 connections as well) in shuffled rounds, and
// replays sequential measurements from them: see replay.hh for what they are compared with and why
// that is a choice, record_runs.hh for how they are recorded. With --from it replays earlier
// recordings; the same file and seed give the same output. Exit status 0: the intervals hold; 1:
// they do not, or recording failed; 2: usage.

#include <boost/program_options.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "base/error.hh"
#include "base/program.hh"
#include "bench/coverage_report.hh"
#include "bench/record_runs.hh"
#include "bench/replay.hh"
#include "report/read_results.hh"

namespace volley {
namespace {

constexpr double demanded = 0.93;       // share of replays whose interval covers the value
constexpr double pause_seconds = 0.05;  // the client's pause between runs

struct Settings {
    std::vector<std::string> from;  // nothing: record
    std::string record;
    std::string run_time = "1s";
    std::string directory = "target";
    std::size_t rounds = 100;  // a measurement of up to 60 runs, and 40 further ones
    std::size_t replays = 1000;
    std::uint64_t seed = 1;
};

// Incomplete runs have no figures, and do not enter a headline either.
void add_runs(const MeasurementResult& measurement, Recorded& recorded) {
    for (const RunResult& run : measurement.runs) {
        if (!run.complete || !run.mean || !run.p50) {
            std::fprintf(stderr, "run %zu of measurement %s is incomplete and is left out\n",
                         run.number, measurement.context.id.c_str());
            continue;
        }
        const double around = run.setup_seconds + run.teardown_seconds;
        const auto mean = find_statistic("mean")->of_run(run);
        const auto p50 = find_statistic("p50")->of_run(run);
        ensure(mean && p50, "a complete run has a mean and a median");
        recorded.runs.push_back(
            {.values = {*mean, *p50},
             .within = {run.mean->interval, run.p50->interval},
             .seconds = around + run.warmup_seconds + run.measured_seconds + pause_seconds});
        recorded.around_seconds.push_back(around);
        recorded.setup_seconds.push_back(run.setup_seconds);
        recorded.teardown_seconds.push_back(run.teardown_seconds);
    }
}

// All cells of the files, by name; runs in the order of the files.
std::vector<Recorded> recorded_in(const std::vector<std::string>& files) {
    std::map<std::pair<std::string, std::size_t>, Recorded> cells;
    for (const auto& file : files) {
        const ResultSet set = read_results(file);
        for (const ReadProblem& problem : set.problems) {
            std::fprintf(stderr, "%s\n", problem.message.c_str());
        }
        for (const MeasurementResult& measurement : set.measurements) {
            const MeasurementContext& context = measurement.context;
            if (context.confidence != StopRule{}.confidence) {
                throw Error(ExitCode::usage,
                            "measurement " + context.id + " in " + file +
                                " has a confidence other than 95 %",
                            "record without --confidence");
            }
            Recorded& cell = cells[{context.server_name, context.connections}];
            cell.server = context.server_name;
            cell.connections = context.connections;
            if (context.environment.other_load) {
                cell.other_load.push_back(*context.environment.other_load);
            }
            add_runs(measurement, cell);
        }
    }
    std::vector<Recorded> all;
    for (auto& [key, cell] : cells) {
        if (cell.runs.size() < further_runs + StopRule{}.least_runs) {
            throw Error(ExitCode::usage,
                        cell.server + " with " + std::to_string(cell.connections) +
                            " connections has " + std::to_string(cell.runs.size()) +
                            " complete runs, but at least 50 are needed",
                        "record with --rounds 100");
        }
        all.push_back(std::move(cell));
    }
    return all;
}

Replayed replay_all(const Recorded& recorded, const Settings& settings) {
    const StopRule rule;
    StopRule with_others_left = rule;
    with_others_left.most_runs = std::min(rule.most_runs, recorded.runs.size() - further_runs);
    Xoshiro256pp random(settings.seed);
    return {.splits = replay_splits(recorded.runs, further_runs, rule, settings.replays, random),
            .redrawn = replay_redrawn(recorded.runs, rule, settings.replays, random),
            .ring = replay_ring(recorded.runs, further_runs, with_others_left),
            .ideal = replay_ideal(recorded.runs, further_runs, with_others_left, settings.replays,
                                  settings.seed)};
}

// The demand applies to the median of further runs. If even ideal runs would not meet it, no
// interval of 95 % can, and the demand applies to the true median instead.
bool judge(const Row& pooled, const Share& converged) {
    const auto in_hundred = [](const Share& share) { return 100 * share.value(); };
    bool holds = pooled.further.value() >= demanded;
    std::printf("\n%.1f of 100 intervals cover the median of 40 further runs; the goal is %.0f",
                in_hundred(pooled.further), 100 * demanded);
    if (!holds && pooled.ideal_further.value() < demanded) {
        holds = pooled.redrawn.value() >= demanded;
        std::printf(
            ": NOT MET.\nEven ideal runs would reach only %.1f, so no 95 %% interval over so many "
            "runs can meet it. Judged instead:\n%.1f of 100 intervals cover the true median of the "
            "runs that were drawn from; the goal is %.0f",
            in_hundred(pooled.ideal_further), in_hundred(pooled.redrawn), 100 * demanded);
    }
    std::printf(": %s.\n", holds ? "met" : "NOT MET");
    if (converged.value() < 0.5) {
        std::printf(
            "But only %.0f %% of the measurements converged, so this hardly tests the stop rule: "
            "repeat it on a\nquieter machine.\n",
            in_hundred(converged));
    }
    if (pooled.ring.value() < pooled.further.value() - 0.1) {
        std::printf(
            "In the recorded order it is %.1f of 100: the machine drifted, so figures from it are "
            "valid only for\ntheir time. Compare servers in turns.\n",
            in_hundred(pooled.ring));
    }
    return holds;
}

Settings settings_from(int argc, char** argv, bool& help) {
    namespace po = boost::program_options;
    Settings settings;
    po::options_description options(
        "coverage_real: how often do the intervals cover the median, on runs of real servers?");
    options.add_options()("from", po::value(&settings.from)->multitoken(),
                          "replay these result files instead of recording")(
        "record", po::value(&settings.record),
        "new file for the recorded runs (target/coverage-real.json, which is replaced)")(
        "rounds", po::value(&settings.rounds)->default_value(settings.rounds),
        "number of runs of each server to record")(
        "run-time", po::value(&settings.run_time)->default_value(settings.run_time),
        "measured time of a run")(
        "replays", po::value(&settings.replays)->default_value(settings.replays),
        "replays for each line")("seed", po::value(&settings.seed)->default_value(settings.seed),
                                 "random seed of orders and replays")(
        "directory", po::value(&settings.directory)->default_value(settings.directory),
        "directory of the built programs")("help", "show this help");
    po::variables_map given;
    po::store(po::parse_command_line(argc, argv, options), given);
    po::notify(given);
    help = given.count("help") > 0;
    if (help) {
        std::cout << options;
    }
    return settings;
}

void record(Settings& settings) {
    constexpr std::size_t least_rounds = 50;
    if (settings.rounds < least_rounds) {
        throw Error(
            ExitCode::usage,
            "--rounds is " + std::to_string(settings.rounds) + ", but at least 50 are needed",
            "40 runs are set aside and a measurement has at least 10");
    }
    if (settings.record.empty()) {
        settings.record = settings.directory + "/coverage-real.json";
        std::filesystem::remove(settings.record);
    } else if (std::filesystem::exists(settings.record)) {
        throw Error(ExitCode::usage, settings.record + " already exists",
                    "replay it with --from, or name another file");
    }
    record_runs(settings.record,
                {{"c-threaded", "1"}, {"c-epoll", "1"}, {"asio", "1"}, {"c-epoll", "16"}},
                settings.rounds, settings.run_time, settings.directory, settings.seed);
    settings.from = {settings.record};
    std::fprintf(stderr, "recorded in %s\n", settings.record.c_str());
}

int run(Settings settings) {
    if (settings.replays == 0) {
        throw Error(ExitCode::usage, "--replays is 0", "give at least 1");
    }
    if (settings.from.empty()) {
        record(settings);
    }
    const std::vector<Recorded> all = recorded_in(settings.from);
    std::vector<Replayed> replayed;
    for (const Recorded& cell : all) {
        replayed.push_back(replay_all(cell, settings));
    }
    explain(all, settings.replays, settings.seed);
    Share converged;
    for (const Replayed& cell : replayed) {
        converged.add(cell.splits.converged);
    }
    const bool holds = judge(print_table(all, replayed), converged);
    print_times(all, replayed);
    return static_cast<int>(holds ? ExitCode::precision_reached : ExitCode::failed);
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    volley::have_standard_descriptors();
    try {
        bool help = false;
        const volley::Settings settings = volley::settings_from(argc, argv, help);
        return help ? 0 : volley::run(settings);
    } catch (const volley::Error& error) {
        std::fprintf(stderr, "coverage_real: %s\n", error.what());
        return static_cast<int>(error.code());
    } catch (const boost::program_options::error& error) {
        std::fprintf(stderr, "coverage_real: %s\n", error.what());
        return static_cast<int>(volley::ExitCode::usage);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "coverage_real: %s\n", error.what());
        return 1;
    }
}
