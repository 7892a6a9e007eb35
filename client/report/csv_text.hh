// The two kinds of cell that a CSV file of ours has, after RFC 4180: text and number.
//
// A record is always one line, so line breaks inside a text are escaped, as all that cannot be seen
// (base/printable.hh). A spreadsheet takes what begins with "=", "+", "-" or "@" for a formula and
// executes it: such a text, if it is no number, begins with an apostrophe here, which
// plot/lib/reader.R takes away again. It knows no columns.
#pragma once

#include <optional>
#include <string>

namespace volley {

// Printable, without a formula, in quotes where it holds a comma or a quote.
[[nodiscard]] std::string csv_text(std::string text);
// The shortest text that reads back as the same number, with "." as the decimal point; empty where
// it is not known or not finite.
[[nodiscard]] std::string csv_number(const std::optional<double>& value);

}  // namespace volley
