// The report for people: the ranking of each group and the change of each cell as tables, with the
// warnings below, for a screen and as Markdown. Both show the same words and digits.
#pragma once

#include <string>
#include <vector>

#include "compare/analysis.hh"
#include "compare/change.hh"
#include "compare/text_table.hh"

namespace volley {

[[nodiscard]] std::vector<TextTable> ranking_tables(const Analysis& analysis);
[[nodiscard]] TextTable change_table(const Change& change);

[[nodiscard]] std::string screen_text(const Analysis& analysis);
[[nodiscard]] std::string screen_text(const Change& change);
[[nodiscard]] std::string markdown_text(const Analysis& analysis);
[[nodiscard]] std::string markdown_text(const Change& change);

// "mean" of "rtt_ns_mean".
[[nodiscard]] std::string short_name(const Field& field);

// "1.052 [1.013, 1.094]"; only the value if there is no interval.
[[nodiscard]] std::string ratio_text(const Estimate& ratio);

}  // namespace volley
