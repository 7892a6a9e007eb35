// Any words at all as a command line: they are parsed or refused with one line, and never crash the
// parser.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.hh"
#include "options/options.hh"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> words;
    std::string word;
    for (std::size_t at = 0; at < size; ++at) {
        if (data[at] == '\n') {
            words.push_back(word);
            word.clear();
        } else {
            word += static_cast<char>(data[at]);
        }
    }
    words.push_back(word);
    for (const auto& one : words) {
        if (one.find("config") != std::string::npos) {
            return -1;  // would read files of this machine
        }
    }
    try {
        const volley::Options options = volley::parse_options(words);
        if (options.action == volley::Options::Action::measure &&
            volley::settings_of(options).empty()) {
            std::abort();
        }
    } catch (const volley::Error& error) {
        if (error.code() != volley::ExitCode::usage) {
            std::abort();
        }
    }
    return 0;
}
