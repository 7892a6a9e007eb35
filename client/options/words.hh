// The words of a command line, read by Boost.Program_options in the one way that all our programs
// share: no abbreviations, and every mistake one line.
//
// It knows neither options nor their ranges: see options.hh, and the command.hh of each program.
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

// program: its name, for the remedy. stray_remedy: for a word that is no option, where `positional`
// has no room for it. Throws Error(usage).
[[nodiscard]] boost::program_options::variables_map read_words(
    const std::vector<std::string>& words,
    const boost::program_options::options_description& options,
    const boost::program_options::positional_options_description& positional,
    const std::string& program, const std::string& stray_remedy);

}  // namespace volley
