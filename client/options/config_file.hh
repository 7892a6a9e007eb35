// A file of options, one NAME = VALUE per line: --config of volley and --plan of sweep.
//
// Every byte either counts or is refused with file and line; nothing is cut off or skipped
// silently. Blanks around the name and the value are ignored, and so are a carriage return at the
// end of a line and a byte order mark at the start of the file. A line that begins with # is a
// comment. A # within a value is part of the value. After a blank, however, it could be meant as a
// comment, so such a value must be in double quotes, with \" and \\ inside. (Boost's own reader
// cuts every value at #.)
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

// text: the whole file. where: the file's name for messages, such as "--config 'FILE'". Throws
// Error(usage).
[[nodiscard]] std::vector<ConfigEntry> parse_config(std::string_view text,
                                                    const std::string& where);

// Reads the file that `option` (without dashes) names and adds to `values` what they do not have
// yet. known: the options that exist. refused: those that the file may not contain, with the
// reason. Returns the place of each value taken from the file, such as "--config 'FILE', line 3".
// Throws Error(usage).
std::map<std::string, std::string> read_config_file(
    const std::string& option, const std::string& path,
    const boost::program_options::options_description& known,
    const std::map<std::string, std::string>& refused,
    boost::program_options::variables_map& values);

// Calls read. If it refuses the value of an option ("--NAME …"), adds the value's line to the
// message.
void with_places(const std::map<std::string, std::string>& places,
                 const std::function<void()>& read);

}  // namespace volley
