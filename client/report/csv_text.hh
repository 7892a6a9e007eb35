// The two kinds of cell in our CSV files, after RFC 4180: text and number.
//
// A record is always one line, so line breaks inside a text are escaped, as are all invisible
// characters (base/printable.hh). A spreadsheet takes a text that begins with "=", "+", "-" or "@"
// for a formula and executes it. Such a text, unless it is a number, is prefixed with an apostrophe
// here, which plot/lib/reader.R removes again. This module knows no columns.
#pragma once

#include <optional>
#include <string>

namespace volley {

// Printable, safe from being read as a formula, and quoted if it contains a comma or a quote.
[[nodiscard]] std::string csv_text(std::string text);
// The shortest text that reads back as the same number, with "." as the decimal point; empty if the
// value is not known or not finite.
[[nodiscard]] std::string csv_number(const std::optional<double>& value);

}  // namespace volley
