// Reads the words of a command line with Boost.Program_options in the same way for all our
// programs: no abbreviations, and one line for every mistake.
//
// It does not know the options or their ranges: see options.hh, and the command.hh of each program.
#pragma once

#include <boost/program_options.hpp>

#include <string>
#include <vector>

namespace volley {

// Throws Boost's own errors, and Error(usage) for placeholders (options/values.hh).
[[nodiscard]] boost::program_options::parsed_options parse_words(
    const std::vector<std::string>& words,
    const boost::program_options::options_description& options,
    const boost::program_options::positional_options_description& positional = {});

// program: its name, for the remedy. stray_remedy: for a word that is not an option and for which
// `positional` has no room. Throws Error(usage).
[[nodiscard]] boost::program_options::variables_map read_words(
    const std::vector<std::string>& words,
    const boost::program_options::options_description& options,
    const boost::program_options::positional_options_description& positional,
    const std::string& program, const std::string& stray_remedy);

}  // namespace volley
