// The names, groups and one-line descriptions of every option: what --help shows and what the
// parser accepts.
#pragma once

#include <boost/program_options/options_description.hpp>

namespace volley {

// All groups in one, for parsing the command line and the configuration file.
[[nodiscard]] boost::program_options::options_description every_option();

}  // namespace volley
