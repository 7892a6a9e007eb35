#include "base/units.hh"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace volley {

Duration from_seconds(double seconds) {
    return Duration(std::llround(seconds * 1e9));
}

std::optional<Duration> parse_duration(std::string_view text) {
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !std::isfinite(number) || number < 0) {
        return std::nullopt;
    }
    const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    constexpr std::array<std::pair<std::string_view, double>, 8> units{{{"", 1},
                                                                        {"s", 1},
                                                                        {"ms", 1e-3},
                                                                        {"us", 1e-6},
                                                                        {"ns", 1e-9},
                                                                        {"m", 60},
                                                                        {"min", 60},
                                                                        {"h", 3600}}};
    constexpr double longest_seconds = 1e9;
    for (const auto& [name, seconds] : units) {
        if (unit == name && number * seconds <= longest_seconds) {
            return from_seconds(number * seconds);
        }
    }
    return std::nullopt;
}

std::string format_nanoseconds(double nanoseconds) {
    struct Scale {
        double limit;
        double divisor;
        const char* name;
    };
    constexpr std::array<Scale, 4> scales{
        {{999.5, 1, "ns"}, {999.5e3, 1e3, "us"}, {999.5e6, 1e6, "ms"}, {HUGE_VAL, 1e9, "s"}}};
    std::array<char, 48> text{};
    for (const auto& scale : scales) {
        if (std::fabs(nanoseconds) < scale.limit || scale.limit == HUGE_VAL) {
            const double value = nanoseconds / scale.divisor;
            const double size = std::fabs(value);
            const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
            std::snprintf(text.data(), text.size(), "%.*f %s", decimals, value, scale.name);
            break;
        }
    }
    return text.data();
}

std::string format_chosen_share(double share) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.10g %%", share * 100);
    return text.data();
}

std::string format_count(double count) {
    std::array<char, 48> digits{};
    std::snprintf(digits.data(), digits.size(), "%.0f", count);
    std::string text = digits.data();
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    return text;
}

}  // namespace volley
