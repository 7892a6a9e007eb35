#include "sweep/command.hh"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/error.hh"
#include "base/joined.hh"
#include "base/random.hh"
#include "options/config_file.hh"
#include "options/values.hh"
#include "options/words.hh"
#include "sweep/client_options.hh"

namespace volley {

namespace {

namespace po = boost::program_options;

constexpr std::uint64_t most_runs = 10'000;
// Each cell takes one line in the results at each start, and at least one on the screen.
constexpr std::size_t most_values = 1000;

po::options_description grid_options() {
    po::options_description all("The grid", 100, 50);
    const auto add = [&](const char* name, const char* value, const char* meaning) {
        all.add_options()(name, po::value<std::string>()->value_name(value), meaning);
    };
    for (const Factor* factor : swept_factors()) {
        add(factor->sweep->option.c_str(), factor->sweep->value_name, factor->sweep->meaning);
    }
    add("runs", "K|auto", "runs of each cell; auto: until its figures reach the precision (auto)");
    add("seed", "N",
        "random seed of the order and all challenges (random, recorded in the results)");
    return all;
}

po::options_description command_options() {
    po::options_description all("Everything else", 100, 50);
    all.add_options()("plan", po::value<std::string>()->value_name("FILE"),
                      "read the grid from lines NAME = VALUE; \"options\" holds options of volley")(
        "out", po::value<std::string>()->value_name("DIR"),
        "directory for results.jsonl (target/sweep-results/NAME; installed: sweep-results/NAME)")(
        "dry-run", "show the cells, the first round and the expected time, then exit")(
        "without", po::value<std::vector<std::string>>()->value_name("NAME=REASON"),
        "list the cells of this server as skipped, with this reason")(
        "list-servers", "print the servers of the grid, one per line, and exit")("help,h",
                                                                                 "show this help");
    return all;
}

// The words of a list. An empty or repeated word is an error.
std::vector<std::string> parse_words_of_list(const SweptBy& by, const std::string& text) {
    std::vector<std::string> words;
    std::istringstream rest(text);
    for (std::string word; std::getline(rest, word, ',');) {
        const auto begin = word.find_first_not_of(" \t");
        word = begin == std::string::npos
                   ? ""
                   : word.substr(begin, word.find_last_not_of(" \t") + 1 - begin);
        if (word.empty() || std::find(words.begin(), words.end(), word) != words.end()) {
            throw Error(ExitCode::usage,
                        "--" + by.option + " '" + text + "' " +
                            (word.empty() ? "has an empty value" : "names " + word + " twice"),
                        "give a list such as " + by.example);
        }
        words.push_back(word);
    }
    if (words.empty() || text.back() == ',' || words.size() > most_values) {
        throw Error(ExitCode::usage,
                    "--" + by.option + " '" + text.substr(0, 80) + "' is not a list of 1 to " +
                        std::to_string(most_values) + " values",
                    "separate the values with commas");
    }
    return words;
}

// Empty if the text is "all" and the factor allows it.
void parse_list(const SweptBy& by, const std::string& text, FactorList& list) {
    std::visit([](auto& values) { values.clear(); }, list);
    if (by.all != nullptr && text == "all") {
        return;
    }
    for (const auto& word : parse_words_of_list(by, text)) {
        const auto add = [&](auto& values) {
            using Value = typename std::decay_t<decltype(values)>::value_type;
            const auto value = std::get<Value>(by.parse(by.option, word));
            if (std::find(values.begin(), values.end(), value) != values.end()) {
                throw Error(ExitCode::usage,
                            "--" + by.option + " '" + text + "' names " + word + " twice",
                            "leave one out");
            }
            values.push_back(value);
        };
        std::visit(add, list);
    }
}

// Returns the positions of the values that it gives.
std::map<std::string, std::string> read_plan_file(const std::string& path,
                                                  po::variables_map& values) {
    po::options_description description = grid_options();
    description.add_options()("options", po::value<std::string>());
    return read_config_file("plan", path, description, {}, values);
}

po::variables_map read_command_line(const std::vector<std::string>& words) {
    po::options_description description = grid_options();
    description.add(command_options());
    return read_words(words, description, {}, "sweep",
                      "options of the client come after --; see --help");
}

std::vector<Absence> parse_absences(const po::variables_map& values) {
    std::vector<Absence> absent;
    if (values.count("without") == 0) {
        return absent;
    }
    for (const auto& text : values["without"].as<std::vector<std::string>>()) {
        const auto equals = text.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
            throw Error(ExitCode::usage, "--without '" + text + "' is not NAME=REASON",
                        "give the name of a server and why it is not measured");
        }
        absent.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return absent;
}

void read_grid(const po::variables_map& values, SweepCommand& command) {
    const auto text = [&](const char* name) { return values[name].as<std::string>(); };
    const auto swept = swept_factors();
    std::vector<std::string> needed;
    for (const Factor* factor : swept) {
        if (!factor->usual) {
            needed.push_back("--" + factor->sweep->option);
        }
    }
    for (const Factor* factor : swept) {
        if (!factor->usual && values.count(factor->sweep->option) == 0) {
            throw Error(ExitCode::usage, "--" + factor->sweep->option + " is missing",
                        "a grid needs " + listed(needed, " and ") + "; see --help");
        }
    }
    SweepPlan& plan = command.plan;
    for (const Factor* factor : swept) {
        const SweptBy& by = *factor->sweep;
        if (values.count(by.option) != 0) {
            parse_list(by, text(by.option.c_str()), plan.lists[*factor]);
        }
    }
    if (values.count("runs") != 0 && text("runs") != "auto") {
        plan.runs = parse_count("runs", text("runs"), 1, most_runs);
    }
    if (values.count("seed") != 0) {
        command.seed = parse_count("seed", text("seed"), 0, ~std::uint64_t{0});
    }
}

// The same for the same plan.
std::string name_of_plan(const SweepPlan& plan) {
    std::uint64_t mixed = 0;
    const auto mix = [&](std::string_view text) {
        for (const char byte : text) {
            mixed = SplitMix64(mixed ^ static_cast<unsigned char>(byte))();
        }
        mixed = SplitMix64(~mixed)();  // the end of a word
    };
    const auto mix_all = [&](const auto& words) {
        for (const auto& word : words) {
            mix(word);
        }
        mix("");
    };
    for (const Factor* factor : swept_factors()) {
        if (!plan.lists.is_unsaid(*factor)) {
            mix_all(plan.lists.texts(*factor));
        }
    }
    mix_all(plan.options);
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "sweep-%08x", static_cast<unsigned>(mixed >> 32U));
    return name.data();
}

}  // namespace

SweepCommand parse_sweep_command(const std::vector<std::string>& arguments) {
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    po::variables_map values = read_command_line({arguments.begin(), dashes});
    SweepCommand command;
    if (values.count("help") != 0) {
        command.action = SweepCommand::Action::help;
        return command;
    }
    std::map<std::string, std::string> places;
    if (values.count("plan") != 0) {
        command.plan_file = values["plan"].as<std::string>();
        places = read_plan_file(command.plan_file, values);
    }
    with_places(places, [&] { read_grid(values, command); });
    command.action = values.count("list-servers") != 0 ? SweepCommand::Action::list_servers
                     : values.count("dry-run") != 0    ? SweepCommand::Action::dry_run
                                                       : SweepCommand::Action::measure;
    command.absent = parse_absences(values);
    if (values.count("out") != 0) {
        command.out = values["out"].as<std::string>();
        if (command.out.empty()) {
            throw Error(ExitCode::usage, "--out is empty", "name a directory, or leave it out");
        }
    }
    if (dashes != arguments.end()) {
        command.plan.options.assign(dashes + 1, arguments.end());
    } else if (values.count("options") != 0) {
        command.plan.options = po::split_unix(values["options"].as<std::string>());
    }
    check_client_options(command.plan.options);
    return command;
}

std::string sweep_help() {
    std::ostringstream text;
    text
        << "sweep: measures a grid of servers, connections and cores, in rounds of random order\n\n"
           "  sweep --servers LIST --clients LIST --cores LIST [options] [-- options of volley]\n"
           "  sweep --plan FILE [options] [-- options of volley]\n\n"
        << grid_options() << '\n'
        << command_options()
        << "\nTo resume a sweep that was interrupted, repeat the command. With --runs auto, these "
           "options of volley\ndecide for each cell when it has enough runs: --precision, "
           "--statistic, --min-runs, --max-runs and\n--max-time. Defaults are in brackets.\n"
           "Exit status: 0 all planned runs made, 1 failed, 2 usage error, 3 stopped by Ctrl-C, "
           "77 all cells skipped.\n";
    return text.str();
}

std::string place_of_results(const std::filesystem::path& program) {
    return program.filename() == "volley-sweep" ? "." : program.parent_path().string();
}

std::string results_directory(const SweepCommand& command, const std::string& beside) {
    if (!command.out.empty()) {
        return command.out;
    }
    const std::string name = command.plan_file.empty()
                                 ? name_of_plan(command.plan)
                                 : std::filesystem::path(command.plan_file).stem().string();
    return beside + "/sweep-results/" + name;
}

}  // namespace volley
