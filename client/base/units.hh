// Durations with their unit, to and from text.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace volley {

// Used for every length of time in the program. The range of 292 years is never a concern.
using Duration = std::chrono::nanoseconds;

[[nodiscard]] constexpr double to_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

// Seconds to the nearest nanosecond. seconds: magnitude below 9.2e9.
[[nodiscard]] Duration from_seconds(double seconds);

// Reads "250ms", "1.5s", "2m", "100us", "20ns" or a bare number of seconds. Nothing if the text is
// not such a duration, is negative, or is over 1e9 seconds.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

// Three or four significant digits with the unit that suits: "9.13 us", "1.02 ms", "640 ns", "2.00
// s".
[[nodiscard]] std::string format_nanoseconds(double nanoseconds);
// A percentage that the user chose, with all its digits: 0.995 is "99.5 %", 0.9995 is "99.95 %".
[[nodiscard]] std::string format_chosen_share(double share);

// A count with thousands separated: "1,234,567".
[[nodiscard]] std::string format_count(double count);

}  // namespace volley
