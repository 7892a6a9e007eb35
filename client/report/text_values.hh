// Figures as the text report shows them: a value and its interval in one unit, with a suitable
// number of digits.
#pragma once

#include <optional>
#include <string>

#include "run/result.hh"

namespace volley {

// A unit for one row of the report: all its values are shown as value / divisor with these
// decimals.
struct Scale {
    double divisor = 1;
    int decimals = 0;
    std::string unit;  // "us", "k/s" …

    [[nodiscard]] std::string number(double value) const;             // "9.13"
    [[nodiscard]] std::string with_unit(double value) const;          // "9.13 us"
    [[nodiscard]] std::string interval(const Interval& range) const;  // "[9.02, 9.31]"
};

// unit: the field's ("ns", "1/s", "bytes/s", "bytes" …). value determines the prefix, so that three
// or four significant digits are shown.
[[nodiscard]] Scale scale_for(std::string_view unit, double value);

[[nodiscard]] std::string percent(double share);        // 0.0203 -> "2.0 %"
[[nodiscard]] std::string whole_percent(double share);  // 0.874 -> "87 %"
// With its unit, given as in the table of figures ("ns", "1/s", "1"), and with the usual prefix.
[[nodiscard]] std::string value_text(std::string_view unit, double value);
[[nodiscard]] std::string seconds_text(double seconds);  // "1.00 s", "14.5 s"

// "1 worker", "2 workers".
[[nodiscard]] std::string counted(std::size_t count, const std::string& what);
// The same with plain digits, for names: "1024 bytes".
[[nodiscard]] std::string counted_plainly(std::size_t count, const std::string& what);

}  // namespace volley
