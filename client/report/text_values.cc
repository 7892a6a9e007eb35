#include "report/text_values.hh"

#include <array>
#include <cmath>
#include <cstdio>

#include "base/units.hh"

namespace volley {

namespace {

std::string fixed(double value, int decimals) {
    std::array<char, 400> text{};  // the greatest double has 309 digits
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

struct Step {
    double divisor;
    const char* unit;
};

constexpr std::array<Step, 4> times{{{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}}};
constexpr std::array<Step, 4> rates{{{1, "/s"}, {1e3, "k/s"}, {1e6, "M/s"}, {1e9, "G/s"}}};
constexpr std::array<Step, 4> flows{{{1, "B/s"}, {1e3, "kB/s"}, {1e6, "MB/s"}, {1e9, "GB/s"}}};
constexpr std::array<Step, 4> sizes{{{1, "B"}, {0x1p10, "KiB"}, {0x1p20, "MiB"}, {0x1p30, "GiB"}}};

}  // namespace

std::string Scale::number(double value) const {
    return fixed(value / divisor, decimals);
}

std::string Scale::with_unit(double value) const {
    return number(value) + (unit.empty() ? "" : " " + unit);
}

std::string Scale::interval(const Interval& range) const {
    return "[" + number(range.low) + ", " + number(range.high) + "]";
}

Scale scale_for(std::string_view unit, double value) {
    const auto& steps = unit == "1/s"       ? rates
                        : unit == "bytes/s" ? flows
                        : unit == "bytes"   ? sizes
                                            : times;
    Scale scale{.divisor = 1, .decimals = 0, .unit = std::string(unit)};
    if (unit == "ns" || unit == "1/s" || unit == "bytes/s" || unit == "bytes") {
        for (const auto& step : steps) {
            // Otherwise 999.5 would be shown as "1000".
            if (step.divisor == 1 || std::fabs(value) >= step.divisor * 0.9995) {
                scale.divisor = step.divisor;
                scale.unit = step.unit;
            }
        }
    }
    const double size = std::fabs(value) / scale.divisor;
    // A tight interval needs four digits to be visible.
    scale.decimals = size < 99.995 ? 2 : size < 999.95 ? 1 : 0;
    return scale;
}

std::string percent(double share) {
    return fixed(share * 100, 1) + " %";
}

std::string whole_percent(double share) {
    return fixed(share * 100, 0) + " %";
}

std::string value_text(std::string_view unit, double value) {
    return unit == "ns"  ? format_nanoseconds(value)
           : unit == "s" ? seconds_text(value)
           : unit == "1" ? scale_for("", value).number(value)
                         : scale_for(unit, value).with_unit(value);
}

std::string seconds_text(double seconds) {
    return format_nanoseconds(seconds * 1e9);
}

std::string counted(std::size_t count, const std::string& what) {
    return format_count(static_cast<double>(count)) + " " + what + (count == 1 ? "" : "s");
}

std::string counted_plainly(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace volley
