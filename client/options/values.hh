// Turns the text of one option into a value, or says what is allowed instead.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.hh"
#include "host/cpu_set.hh"

namespace volley {

struct Field;  // run/result.hh

// Boost.Program_options puts the user's words into its messages by replacing %placeholders% until
// none is left. If a word itself contains a placeholder, this never ends. Throws Error(usage) if
// `words`, which came from `where`, contain one.
void refuse_placeholders(const std::string& words, const std::string& where);

// All throw Error(usage): "--NAME VALUE: … (allowed: …)". name: without dashes.
[[nodiscard]] std::uint64_t parse_count(const std::string& name, const std::string& text,
                                        std::uint64_t least, std::uint64_t most);
// Bytes with an optional k or M (1024).
[[nodiscard]] std::size_t parse_bytes(const std::string& name, const std::string& text,
                                      std::size_t least, std::size_t most);
[[nodiscard]] Duration parse_time(const std::string& name, const std::string& text, Duration least,
                                  Duration most);
// "5%" or "5" is 0.05. least, most: as shares.
[[nodiscard]] double parse_percent(const std::string& name, const std::string& text, double least,
                                   double most);
// One of the transports that a user may choose.
[[nodiscard]] std::string parse_transport(const std::string& name, const std::string& text);
[[nodiscard]] CpuList parse_cpus(const std::string& name, const std::string& text);
// Whether a measurement can stop on this figure. It must have an interval over runs, and a size
// that a precision can be relative to. Shares and counts lack the latter: they are often 0.
[[nodiscard]] bool can_be_precise(const Field& field);
// The names that options accept for those figures, comma-separated.
[[nodiscard]] std::string names_of_statistics(bool (*which)(const Field&));
// Comma-separated statistics that can be precise; "p99.9" becomes "p99_9".
[[nodiscard]] std::vector<std::string> parse_statistics(const std::string& name,
                                                        const std::string& text);

}  // namespace volley
