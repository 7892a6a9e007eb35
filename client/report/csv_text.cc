#include "report/csv_text.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace volley {

std::string csv_text(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char byte) { return byte == '\n' || byte == '\r'; }, ' ');
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
