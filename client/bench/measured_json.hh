// Reads a command's JSON lines, for the benchmarks of the client.
#pragma once

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>

#include "base/error.hh"

namespace volley {

// The command's standard output.
inline std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
    std::string text;
    std::array<char, 4096> buffer{};
    while (pipe) {
        const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
        if (got == 0) {
            break;
        }
        text.append(buffer.data(), got);
    }
    return text;
}

// The first line of that kind ("run" or "measurement"). Throws Error(failed), naming the command,
// if there is none.
inline nlohmann::json first_record(const std::string& command, const std::string& kind) {
    std::istringstream text(output_of(command));
    for (std::string line; std::getline(text, line);) {
        auto record = nlohmann::json::parse(line, nullptr, false);
        if (record.is_object() && record.value("kind", "") == kind) {
            return record;
        }
    }
    throw Error(ExitCode::failed,
                "no record of kind \"" + kind + "\" in the output of: " + command);
}

inline double figure_in(const nlohmann::json& record, const char* name) {
    return record.at("figures").at(name).at("value").get<double>();
}

}  // namespace volley
