// Plain text in columns: widths in characters instead of bytes, and wrapping.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/printable.hh"

namespace volley {

// Characters that a UTF-8 text takes on the screen; each is taken to be one column wide.
[[nodiscard]] std::size_t columns_of(std::string_view text);

// Spaces after, or before, up to `columns`; longer text stays as it is.
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t columns);

// The first `columns` characters.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);

// A length of time for people, whole seconds rounded up: "7 s", "2:05 min", "1:02 h".
[[nodiscard]] std::string whole_time(double seconds);

// Breaks at spaces so that no line is longer than `columns` (a longer word stays whole). The first
// line begins with `first`, the others are indented by as much. A newline at the end.
[[nodiscard]] std::string wrap(std::string_view first, std::string_view text, std::size_t columns);

}  // namespace volley
