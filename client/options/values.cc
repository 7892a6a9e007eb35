#include "options/values.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <sstream>
#include <string_view>

#include "base/error.hh"
#include "base/joined.hh"
#include "run/result.hh"
#include "transport/endpoint.hh"

namespace volley {

namespace {

[[noreturn]] void refuse_value(const std::string& name, const std::string& text,
                               const std::string& allowed) {
    throw Error(ExitCode::usage, "--" + name + " '" + text + "' is not " + allowed, "see --help");
}

template <typename Number>
std::optional<Number> parse_number(const std::string& text, std::string& rest) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    rest.assign(stop, end);
    return number;
}

std::string plain(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", number);
    return text.data();
}

std::string duration_text(Duration duration) {
    return duration < std::chrono::seconds(1) ? plain(to_seconds(duration) * 1e3) + "ms"
                                              : plain(to_seconds(duration)) + "s";
}

}  // namespace

void refuse_placeholders(const std::string& words, const std::string& where) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_";
    for (auto at = words.find('%'); at != std::string::npos; at = words.find('%', at + 1)) {
        const auto end = words.find_first_not_of(letters, at + 1);
        if (end != std::string::npos && end > at + 1 && words[end] == '%') {
            throw Error(
                ExitCode::usage,
                where + " holds '" + words.substr(at, end + 1 - at) + "', which no option does",
                "leave it out, or choose another file name");
        }
    }
}

std::uint64_t parse_count(const std::string& name, const std::string& text, std::uint64_t least,
                          std::uint64_t most) {
    std::string rest;
    const auto number = parse_number<std::uint64_t>(text, rest);
    if (!number || !rest.empty() || *number < least || *number > most) {
        refuse_value(
            name, text,
            "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return *number;
}

std::size_t parse_bytes(const std::string& name, const std::string& text, std::size_t least,
                        std::size_t most) {
    std::string rest;
    const auto number = parse_number<std::uint64_t>(text, rest);
    const std::uint64_t factor = rest.empty()                 ? 1
                                 : rest == "k" || rest == "K" ? 1024
                                 : rest == "m" || rest == "M" ? 1024 * 1024
                                                              : 0;
    if (!number || factor == 0 || *number > most || *number * factor < least ||
        *number * factor > most) {
        refuse_value(name, text,
                     "a number of bytes from " + std::to_string(least) + " to " +
                         std::to_string(most) + " (k and M are 1024 and 1024 * 1024)");
    }
    return *number * factor;
}

Duration parse_time(const std::string& name, const std::string& text, Duration least,
                    Duration most) {
    const auto duration = parse_duration(text);
    if (!duration || *duration < least || *duration > most) {
        refuse_value(name, text,
                     "a time from " + duration_text(least) + " to " + duration_text(most) +
                         " (units: ns us ms s m h; seconds where none is given)");
    }
    return *duration;
}

double parse_percent(const std::string& name, const std::string& text, double least, double most) {
    std::string rest;
    const auto number = parse_number<double>(text, rest);
    if (!number || !(rest.empty() || rest == "%") || !std::isfinite(*number) ||
        *number / 100 < least || *number / 100 > most) {
        refuse_value(name, text,
                     "a percentage from " + plain(least * 100) + "% to " + plain(most * 100) + "%");
    }
    return *number / 100;
}

std::string parse_transport(const std::string& name, const std::string& text) {
    const std::vector<std::string> names = transport_names();
    if (std::find(names.begin(), names.end(), text) == names.end()) {
        refuse_value(name, text, listed(names, " or "));
    }
    return text;
}

CpuList parse_cpus(const std::string& name, const std::string& text) {
    const auto cpus = parse_cpu_list(text);
    if (!cpus || cpus->empty()) {
        refuse_value(name, text, "a list of CPUs such as 0-3,8");
    }
    return *cpus;
}

bool can_be_precise(const Field& field) {
    return field.aggregate == Aggregate::median &&
           (field.unit == "ns" || field.unit.ends_with("/s"));
}

std::string names_of_statistics(bool (*which)(const Field&)) {
    constexpr std::string_view prefix = "rtt_ns_";
    std::string all;
    for (const Field& field : fields()) {
        if (which(field)) {
            std::string name(field.name.substr(field.name.starts_with(prefix) ? prefix.size() : 0));
            name = name == "p99_9" ? "p99.9" : name;
            all += (all.empty() ? "" : ",") + name;
        }
    }
    return all;
}

std::vector<std::string> parse_statistics(const std::string& name, const std::string& text) {
    std::vector<std::string> statistics;
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');) {
        std::string canonical = word;
        if (const auto point = canonical.find('.'); point != std::string::npos) {
            canonical[point] = '_';
        }
        const Field* field = find_statistic(canonical);
        if (field == nullptr || !can_be_precise(*field)) {
            refuse_value(name, text, "a list out of " + names_of_statistics(can_be_precise));
        }
        statistics.push_back(canonical);
    }
    if (statistics.empty()) {
        refuse_value(name, text, "a list such as mean,p50");
    }
    return statistics;
}

}  // namespace volley
