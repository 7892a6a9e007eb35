// Plain text in columns: widths in characters instead of bytes, and wrapping.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/printable.hh"

namespace volley {

// The width of a UTF-8 text on the screen; each character counts as one column.
[[nodiscard]] std::size_t columns_of(std::string_view text);

// Pads with spaces after, or before, up to `columns`; longer text stays unchanged.
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t columns);

// The first `columns` characters.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);

// A duration for people, rounded up to whole seconds: "7 s", "2:05 min", "1:02 h".
[[nodiscard]] std::string whole_time(double seconds);

// Breaks at spaces so that no line is longer than `columns` (a longer word stays whole). The first
// line begins with `first`; the others are indented by the same width. Ends with a newline.
[[nodiscard]] std::string wrap(std::string_view first, std::string_view text, std::size_t columns);

}  // namespace volley
