#include "host/cpu_set.hh"

#include <charconv>
#include <cstddef>

namespace volley {

namespace {

constexpr int most_cpu = 65535;  // far above any kernel's CONFIG_NR_CPUS; bounds the memory used

// Takes an unsigned decimal number from the start of text.
std::optional<int> take_number(std::string_view& text) {
    if (text.empty() || text.front() < '0' || text.front() > '9') {
        return std::nullopt;
    }
    int number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number > most_cpu) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    return number;
}

bool take_character(std::string_view& text, char wanted) {
    if (!text.starts_with(wanted)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<CpuList> parse_cpu_list(std::string_view text) {
    std::vector<bool> chosen;
    while (!text.empty()) {
        const std::optional<int> first = take_number(text);
        const std::optional<int> last =
            first && take_character(text, '-') ? take_number(text) : first;
        if (!first || !last || *last < *first) {
            return std::nullopt;
        }
        if (chosen.size() <= static_cast<std::size_t>(*last)) {
            chosen.resize(static_cast<std::size_t>(*last) + 1);
        }
        for (int cpu = *first; cpu <= *last; ++cpu) {
            chosen[static_cast<std::size_t>(cpu)] = true;
        }
        if (!text.empty() && (!take_character(text, ',') || text.empty())) {
            return std::nullopt;
        }
    }
    CpuList cpus;
    for (std::size_t cpu = 0; cpu < chosen.size(); ++cpu) {
        if (chosen[cpu]) {
            cpus.push_back(static_cast<int>(cpu));
        }
    }
    return cpus;
}

std::string format_cpu_list(const CpuList& cpus) {
    std::string text;
    for (std::size_t first = 0; first < cpus.size();) {
        std::size_t last = first;
        while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) {
            ++last;
        }
        text += text.empty() ? "" : ",";
        text += std::to_string(cpus[first]);
        if (last > first) {
            // Two neighbours are written "0-1", as by the kernel; some programs write "0,1".
            text += "-" + std::to_string(cpus[last]);
        }
        first = last + 1;
    }
    return text;
}

}  // namespace volley
