#include "report/csv_text.hh"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/printable.hh"

namespace volley {

namespace {

// To a spreadsheet. A tab or a carriage return would also start a formula, but is already escaped
// here.
bool begins_a_formula(const std::string& text) {
    return !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
}

bool is_number(const std::string& text) {
    double value = 0;
    const char* const end = text.data() + text.size();
    return std::from_chars(text.data(), end, value).ptr == end;
}

}  // namespace

std::string csv_text(std::string text) {
    text = printable(text);
    if (begins_a_formula(text) && !is_number(text)) {
        text.insert(0, 1, '\'');
    }
    if (text.find_first_of(",\"") == std::string::npos) {
        return text;
    }
    std::string inside;
    for (const char byte : text) {
        inside += byte;
        inside += byte == '"' ? "\"" : "";
    }
    return '"' + inside + '"';
}

std::string csv_number(const std::optional<double>& value) {
    if (!value || !std::isfinite(*value)) {
        return {};
    }
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), *value).ptr;
    return {text.data(), end};
}

}  // namespace volley
