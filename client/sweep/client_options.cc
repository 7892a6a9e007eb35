#include "sweep/client_options.hh"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.hh"
#include "base/program.hh"
#include "options/description.hh"
#include "options/words.hh"
#include "report/factors.hh"

namespace volley {

namespace {

namespace po = boost::program_options;

// Beside those of the factors.
constexpr std::array<std::pair<std::string_view, const char*>, 15> taken{{
    {"runs", "give it to the sweep: --runs before --"},
    {"seed", "give it to the sweep: --seed before --"},
    {"name", "give the server as NAME=PATH"},
    {"round", "the sweep counts its rounds itself"},
    {"port", "a sweep starts its servers itself"},
    {"terminate", "a sweep starts its servers itself"},
    {"json", "the results are written to --out"},
    {"csv", "write it with compare --csv, from the results"},
    {"hgrm", "the results are written to --out"},
    {"classic", "leave it out"},
    {"quiet", "leave it out"},
    {"print-plan", "use --dry-run before --"},
    {"print-numactl", "leave it out"},
    {"config", "write its lines as options of a --plan file"},
    {"help", "see volley --help"},
}};

// What to do instead of giving the client this option; "": the option is allowed.
std::string remedy_for(const std::string& option) {
    const auto* const found = std::find_if(
        taken.begin(), taken.end(), [&](const auto& entry) { return entry.first == option; });
    if (found != taken.end()) {
        return found->second;
    }
    for (const Factor* factor : swept_factors()) {
        if (factor->sweep->client_option == option) {
            return "give it to the sweep: --" + factor->sweep->option + " before --";
        }
    }
    return "";
}

po::parsed_options parsed(const std::vector<std::string>& words,
                          const po::options_description& description) {
    try {
        return parse_words(words, description);
    } catch (const po::error& error) {
        throw Error(ExitCode::usage, std::string("options of the client: ") + error.what(),
                    "see " + call_of("volley") + " --help");
    }
}

}  // namespace

void check_client_options(const std::vector<std::string>& words) {
    const po::options_description description = every_option();
    for (const auto& option : parsed(words, description).options) {
        const std::string remedy = remedy_for(option.string_key);
        if (!remedy.empty()) {
            throw Error(ExitCode::usage,
                        "--" + option.string_key + " cannot be given to the client in a sweep",
                        remedy);
        }
    }
}

}  // namespace volley
