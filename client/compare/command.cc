#include "compare/command.hh"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <sstream>

#include "base/error.hh"
#include "options/values.hh"
#include "options/words.hh"

namespace volley {

namespace {

namespace po = boost::program_options;

po::options_description shown_options() {
    po::options_description all("Options", 100, 50);
    const auto add = [&](const char* name, const char* value, const char* meaning) {
        all.add_options()(name, po::value<std::string>()->value_name(value), meaning);
    };
    const std::string by =
        "compare cells that differ only in this: " + factors_listed(" or ") + " (server)";
    add("by", "FACTOR", by.c_str());
    add("baseline", "NAME", "compare all others with this one (the fastest of each group)");
    const std::string where = "use only matching cells; KEY is " + factors_listed(" or ") +
                              "; several are separated by commas, and several values of one key "
                              "are alternatives";
    all.add_options()("where", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
                      where.c_str());
    add("statistic", "NAME",
        "figure to rank and decide by: mean, p50, p90, p99, p99.9, p99_time_weighted (mean)");
    add("confidence", "PERCENT",
        "confidence level of each figure's interval, and of all ratios jointly (95%)");
    add("fail-if-slower", "PERCENT",
        "with OLD and NEW: exit with status 4 if a ratio exceeds 1 by more than this and its "
        "interval lies above 1");
    add("csv", "FILE", "write the ranking, one row per cell; - is standard output");
    add("json", "FILE", "write the ranking with all details");
    add("markdown", "FILE", "write the ranking as Markdown tables");
    add("tables", "DIR", "write all data of the plots as CSV files into this directory");
    all.add_options()("help,h", "show this help")("version,V", "show version and build");
    return all;
}

po::variables_map read_command_line(const std::vector<std::string>& words) {
    po::options_description description = shown_options();
    description.add_options()("files", po::value<std::vector<std::string>>());
    po::positional_options_description files;
    files.add("files", -1);
    return read_words(words, description, files, "compare", "see --help");
}

std::vector<std::pair<const Factor*, std::string>> parse_where(
    const std::vector<std::string>& texts) {
    std::vector<std::pair<const Factor*, std::string>> where;
    for (const auto& text : texts) {
        std::istringstream parts(text);
        bool is_empty = true;
        for (std::string part; std::getline(parts, part, ',');) {
            is_empty = false;
            const auto equals = part.find('=');
            const Factor* const factor = find_factor(part.substr(0, equals));
            if (equals == std::string::npos || factor == nullptr || equals + 1 == part.size()) {
                throw Error(ExitCode::usage, "--where '" + part + "' is not KEY=VALUE",
                            "keys are " + factors_listed(" and "));
            }
            where.emplace_back(factor, part.substr(equals + 1));
        }
        if (is_empty) {
            throw Error(ExitCode::usage, "--where is empty", "give KEY=VALUE, or leave it out");
        }
    }
    return where;
}

const Field* parse_statistic(const std::string& text) {
    std::string name = text;
    if (const auto point = name.find('.'); point != std::string::npos) {
        name[point] = '_';
    }
    const Field* const field = find_statistic(name);
    // Statistics for which less is faster; a standard deviation is no speed.
    constexpr std::array<std::string_view, 6> allowed{"rtt_ns_mean",  "rtt_ns_p50",
                                                      "rtt_ns_p90",   "rtt_ns_p99",
                                                      "rtt_ns_p99_9", "rtt_ns_p99_time_weighted"};
    if (field == nullptr ||
        std::find(allowed.begin(), allowed.end(), field->name) == allowed.end()) {
        throw Error(ExitCode::usage,
                    "--statistic '" + text +
                        "' is not one of mean, p50, p90, p99, p99.9, p99_time_weighted",
                    "see --help");
    }
    return field;
}

void read_files(const po::variables_map& values, CompareCommand& command) {
    const auto files = values.count("files") != 0 ? values["files"].as<std::vector<std::string>>()
                                                  : std::vector<std::string>{};
    if (files.empty() || files.size() > 2) {
        throw Error(ExitCode::usage,
                    files.empty() ? "there is no result file to compare"
                                  : "there are " + std::to_string(files.size()) + " result files",
                    "give one, or OLD and NEW; see --help");
    }
    command.results = files[0];
    if (files.size() == 2) {
        command.newer = files[1];
        if (files[0] == "-" || files[1] == "-") {
            throw Error(ExitCode::usage, "OLD and NEW cannot be read from standard input",
                        "give two files");
        }
    }
    for (const char* name : {"by", "baseline", "tables"}) {
        if (command.newer && values.count(name) != 0) {
            throw Error(
                ExitCode::usage, std::string("--") + name + " is for one result file",
                "leave it out: OLD and NEW are compared cell by cell, and OLD is the baseline");
        }
    }
    if (!command.newer && values.count("fail-if-slower") != 0) {
        throw Error(ExitCode::usage, "--fail-if-slower is for two result files",
                    "give OLD and NEW");
    }
}

}  // namespace

CompareCommand parse_compare_command(const std::vector<std::string>& arguments) {
    const po::variables_map values = read_command_line(arguments);
    const auto text = [&](const char* name) {
        return values.count(name) != 0 ? values[name].as<std::string>() : std::string();
    };
    CompareCommand command;
    command.request.statistic = find_statistic("mean");
    if (values.count("help") != 0 || values.count("version") != 0) {
        command.action = values.count("help") != 0 ? CompareCommand::Action::help
                                                   : CompareCommand::Action::version;
        return command;
    }
    read_files(values, command);
    if (values.count("by") != 0) {
        const Factor* const by = find_factor(text("by"));
        if (by == nullptr) {
            throw Error(ExitCode::usage,
                        "--by '" + text("by") + "' is not one of " + factors_listed(", "),
                        "see --help");
        }
        command.request.by = by;
    }
    if (values.count("baseline") != 0) {
        command.request.baseline = text("baseline");
    }
    if (values.count("where") != 0) {
        command.request.where = parse_where(values["where"].as<std::vector<std::string>>());
    }
    if (values.count("statistic") != 0) {
        command.request.statistic = parse_statistic(text("statistic"));
    }
    if (values.count("confidence") != 0) {
        command.request.confidence = parse_percent("confidence", text("confidence"), 0.5, 0.9999);
    }
    if (values.count("fail-if-slower") != 0) {
        command.fail_if_slower = parse_percent("fail-if-slower", text("fail-if-slower"), 0, 10);
    }
    command.csv = text("csv");
    command.json = text("json");
    command.markdown = text("markdown");
    command.tables = text("tables");
    for (const char* name : {"csv", "json", "markdown", "tables"}) {
        if (values.count(name) != 0 && text(name).empty()) {
            throw Error(ExitCode::usage, std::string("--") + name + " is empty",
                        "name a file or directory, or leave it out");
        }
    }
    if ((command.csv == "-") + (command.json == "-") + (command.markdown == "-") > 1) {
        throw Error(ExitCode::usage, "two documents cannot both go to standard output",
                    "name a file for one of them");
    }
    return command;
}

std::string compare_help() {
    std::ostringstream text;
    text << "compare: tells which differences between measurements are real\n\n"
            "  compare RESULTS.jsonl [options]        servers against each other, round by round\n"
            "  compare OLD.jsonl NEW.jsonl [options]  the same servers, before and after a "
            "change\n\n"
         << shown_options()
         << "\nA difference is claimed only if there are at least ten rounds, the interval of the "
            "ratio excludes 1,\nand the ratio differs from 1 by more than 1 %. Defaults are in "
            "brackets.\nExit status: 0 compared, 1 failed, 2 usage error, 4 slower than "
            "--fail-if-slower allows.\n";
    return text.str();
}

}  // namespace volley
