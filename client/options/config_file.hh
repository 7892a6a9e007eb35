// A file of options, one line NAME = VALUE each: --config of volley and --plan of sweep.
//
// Every byte of it counts or is refused aloud with file and line; nothing is cut off or passed
// over. Blanks around name and value do not belong to them, nor do a carriage return at the end of
// a line and a byte order mark at the beginning. A line that begins with # is a comment, and #
// within a value is part of it, but not after a blank, where it might be meant as a comment: there
// the value must be in double quotes, with \" and \\ inside. (Boost's own reader cuts every value
// at #.)
#pragma once

#include <boost/program_options.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace volley {

struct ConfigEntry {
    std::size_t line;
    std::string name;
    std::string value;
};

// text: the whole file. where: how to name it, as "--config 'FILE'". Throws Error(usage).
[[nodiscard]] std::vector<ConfigEntry> parse_config(std::string_view text,
                                                    const std::string& where);

// Reads the file that `option` (without dashes) names and adds to `values` what these do not have
// yet. known: the options that may stand in it. refused: those of them that may not, with the
// reason. Returns for each name that counts its place, as "--config 'FILE', line 3". Throws
// Error(usage).
std::map<std::string, std::string> read_config_file(
    const std::string& option, const std::string& path,
    const boost::program_options::options_description& known,
    const std::map<std::string, std::string>& refused,
    boost::program_options::variables_map& values);

// Calls read, and says of a refusal of an option's value ("--NAME …") in which line that stands.
void with_places(const std::map<std::string, std::string>& places,
                 const std::function<void()>& read);

}  // namespace volley
