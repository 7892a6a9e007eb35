#include "sweep/client_options.hh"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.hh"
#include "options/description.hh"
#include "options/words.hh"

namespace volley {

namespace {

namespace po = boost::program_options;

constexpr std::array<std::pair<std::string_view, const char*>, 18> taken{{
    {"clients", "name it in the grid: --clients before --"},
    {"server-cores", "name it in the grid: --cores before --"},
    {"message", "name it in the grid: --sizes before --"},
    {"runs", "name it in the grid: --runs before --"},
    {"seed", "name it in the grid: --seed before --"},
    {"name", "give the server as NAME=PATH"},
    {"round", "rounds are counted by the sweep"},
    {"port", "a sweep starts its servers itself"},
    {"terminate", "a sweep starts its servers itself"},
    {"json", "the results are in --out"},
    {"csv", "make it from the results: target/compare --csv"},
    {"hgrm", "the results are in --out"},
    {"classic", "leave it out"},
    {"quiet", "leave it out"},
    {"print-plan", "use --dry-run before --"},
    {"print-numactl", "leave it out"},
    {"config", "write its lines as options of a --plan file"},
    {"help", "see target/volley --help"},
}};

po::parsed_options parsed(const std::vector<std::string>& words,
                          const po::options_description& description) {
    try {
        return parse_words(words, description);
    } catch (const po::error& error) {
        throw Error(ExitCode::usage, std::string("options of the client: ") + error.what(),
                    "see target/volley --help");
    }
}

}  // namespace

void check_client_options(const std::vector<std::string>& words) {
    const po::options_description description = every_option();
    for (const auto& option : parsed(words, description).options) {
        const auto* const found = std::find_if(taken.begin(), taken.end(), [&](const auto& entry) {
            return entry.first == option.string_key;
        });
        if (found != taken.end()) {
            throw Error(ExitCode::usage,
                        "--" + option.string_key + " cannot be an option of the client here",
                        found->second);
        }
    }
}

}  // namespace volley
