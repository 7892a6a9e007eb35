#include "sweep/command.hh"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <string_view>

#include "base/error.hh"
#include "base/random.hh"
#include "options/config_file.hh"
#include "options/values.hh"
#include "options/words.hh"
#include "sweep/client_options.hh"
#include "transport/challenge.hh"

namespace volley {

namespace {

namespace po = boost::program_options;

constexpr std::uint64_t most_clients = 1'000'000;
constexpr std::uint64_t most_cpus = 65536;
constexpr std::uint64_t most_runs = 10'000;
// Of a cell there is one line in the results at each start, and one at least on the screen.
constexpr std::size_t most_values = 1000;

po::options_description grid_options() {
    po::options_description all("The grid", 100, 50);
    const auto add = [&](const char* name, const char* value, const char* meaning) {
        all.add_options()(name, po::value<std::string>()->value_name(value), meaning);
    };
    add("servers", "LIST", "names in servers/, paths of executables, or NAME=PATH");
    add("clients", "LIST", "connections: 1,16,64");
    add("cores", "LIST|all", "CPUs of the server; all: from 1 to as many as leave the client one");
    add("sizes", "LIST", "bytes of a message, with k and M (4)");
    add("runs", "K|auto", "runs of each cell; auto: until its figures are tight enough (auto)");
    add("seed", "N", "of the order and of all challenges (drawn, and kept with the results)");
    return all;
}

po::options_description command_options() {
    po::options_description all("Everything else", 100, 50);
    all.add_options()("plan", po::value<std::string>()->value_name("FILE"),
                      "the grid from a file of lines NAME = VALUE; also \"options\"")(
        "out", po::value<std::string>()->value_name("DIR"),
        "directory of results.jsonl (target/sweep-results/NAME)")(
        "dry-run", "show the cells, the first round and the time, and stop")(
        "without", po::value<std::vector<std::string>>()->value_name("NAME=REASON"),
        "list the cells of this server as skipped")(
        "list-servers", "print the servers of the grid, a line each, and stop")("help,h",
                                                                                "this text");
    return all;
}

// Every word of a list; an empty one, or one that is there twice, is a slip.
std::vector<std::string> parse_list(const std::string& name, const std::string& text) {
    std::vector<std::string> words;
    std::istringstream rest(text);
    for (std::string word; std::getline(rest, word, ',');) {
        const auto begin = word.find_first_not_of(" \t");
        word = begin == std::string::npos
                   ? ""
                   : word.substr(begin, word.find_last_not_of(" \t") + 1 - begin);
        if (word.empty() || std::find(words.begin(), words.end(), word) != words.end()) {
            throw Error(ExitCode::usage,
                        "--" + name + " '" + text + "' " +
                            (word.empty() ? "has an empty place" : "names " + word + " twice"),
                        "give a list such as " +
                            std::string(name == "servers" ? "c-epoll,asio" : "1,16,64"));
        }
        words.push_back(word);
    }
    if (words.empty() || text.back() == ',' || words.size() > most_values) {
        throw Error(ExitCode::usage,
                    "--" + name + " '" + text.substr(0, 80) + "' is not a list of 1 to " +
                        std::to_string(most_values) + " values",
                    "separate them by commas");
    }
    return words;
}

template <typename Parse>
std::vector<std::size_t> parse_numbers(const std::string& name, const std::string& text,
                                       Parse parse) {
    std::vector<std::size_t> numbers;
    for (const auto& word : parse_list(name, text)) {
        const std::size_t number = parse(word);
        if (std::find(numbers.begin(), numbers.end(), number) != numbers.end()) {
            throw Error(ExitCode::usage, "--" + name + " '" + text + "' names " + word + " twice",
                        "leave one out");
        }
        numbers.push_back(number);
    }
    return numbers;
}

// Returns the places of what it gives.
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
                      "options of the client come after --; see sweep --help");
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
                        "say why this server is not measured");
        }
        absent.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return absent;
}

void read_grid(const po::variables_map& values, SweepCommand& command) {
    const auto text = [&](const char* name) { return values[name].as<std::string>(); };
    for (const char* name : {"servers", "clients", "cores"}) {
        if (values.count(name) == 0) {
            throw Error(ExitCode::usage, std::string("--") + name + " is missing",
                        "a grid has --servers, --clients and --cores; see sweep --help");
        }
    }
    SweepPlan& plan = command.plan;
    plan.servers = parse_list("servers", text("servers"));
    plan.clients = parse_numbers("clients", text("clients"), [](const std::string& word) {
        return parse_count("clients", word, 1, most_clients);
    });
    command.all_cores = text("cores") == "all";
    if (!command.all_cores) {
        plan.cores = parse_numbers("cores", text("cores"), [](const std::string& word) {
            return parse_count("cores", word, 1, most_cpus);
        });
    }
    plan.sizes = {challenge_bytes};
    if (values.count("sizes") != 0) {
        plan.sizes = parse_numbers("sizes", text("sizes"), [](const std::string& word) {
            return parse_bytes("sizes", word, least_message_bytes, most_message_bytes);
        });
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
    const auto mix_numbers = [&](const std::vector<std::size_t>& numbers) {
        for (const std::size_t number : numbers) {
            mix(std::to_string(number));
        }
        mix("");
    };
    mix_all(plan.servers);
    mix_numbers(plan.clients);
    mix_numbers(plan.cores);
    mix_numbers(plan.sizes);
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
    text << "sweep: measures a grid of servers, clients and cores, in rounds of shuffled order\n\n"
            "  sweep --servers LIST --clients LIST --cores LIST [options] [-- options of volley]\n"
            "  sweep --plan FILE [options] [-- options of volley]\n\n"
         << grid_options() << '\n'
         << command_options()
         << "\nThe same command again goes on where it was stopped. With --runs auto, the "
            "client's --precision,\n--statistic, --min-runs, --max-runs and --max-time (of one "
            "cell) say when a cell has enough.\nExit status: 0 every planned run was made, 1 "
            "failed, 2 usage, 3 stopped by Ctrl-C, 77 every\ncell is skipped.\n";
    return text.str();
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
