// Makes text of unknown origin safe to print: names, a server's output, the contents of files,
// options and the environment.
//
// Terminal control characters, characters that change the text direction, invisible characters and
// invalid UTF-8 are shown as escape sequences, so that the text cannot deceive and hides nothing.
// Everything printed for people passes through here once: reports, messages, CSV and Markdown. JSON
// keeps the text itself, because it has its own escapes.
#pragma once

#include <string>
#include <string_view>

namespace volley {

// Escapes are "\n", "\t", "\x1b" (also for each byte that is not part of a character) and "\u202e".
// Backslashes are left as they are.
[[nodiscard]] std::string printable(std::string_view text);

// The same for text of several lines: newlines stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace volley
