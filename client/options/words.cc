#include "options/words.hh"

#include "base/error.hh"
#include "options/values.hh"

namespace volley {

namespace po = boost::program_options;

po::parsed_options parse_words(const std::vector<std::string>& words,
                               const po::options_description& options,
                               const po::positional_options_description& positional) {
    namespace style = po::command_line_style;
    for (const auto& word : words) {
        refuse_placeholders(word, "'" + word + "'");
    }
    return po::command_line_parser(words)
        .options(options)
        .positional(positional)
        .style(style::unix_style & ~style::allow_guessing)
        .run();
}

po::variables_map read_words(const std::vector<std::string>& words,
                             const po::options_description& options,
                             const po::positional_options_description& positional,
                             const std::string& program, const std::string& stray_remedy) {
    po::variables_map values;
    try {
        po::store(parse_words(words, options, positional), values);
    } catch (const po::too_many_positional_options_error&) {
        throw Error(ExitCode::usage, "one of the words is not an option", stray_remedy);
    } catch (const po::error& error) {
        throw Error(ExitCode::usage, error.what(), "see " + program + " --help");
    }
    return values;
}

}  // namespace volley
