// Text of unknown origin, made harmless for whoever reads it: names, the words of a server, what
// stands in files, options and the environment.
//
// What a terminal obeys, what turns the direction of the text around it, what cannot be seen and
// what is no UTF-8 is shown as an escape sequence, so that nobody is deceived and nothing is
// hidden. Every way out to people passes through here once: reports, messages, CSV and Markdown.
// JSON keeps the text itself, because it has escapes of its own.
#pragma once

#include <string>
#include <string_view>

namespace volley {

// "\n", "\t", "\x1b" (also for each byte that belongs to no character), "\u202e". Backslashes stay
// what they are.
[[nodiscard]] std::string printable(std::string_view text);

// The same for text of several lines: newlines stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace volley
