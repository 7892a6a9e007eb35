#include "report/layout.hh"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace volley {

namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    for (const char byte : text) {
        columns += continues(byte) ? 0 : 1;
    }
    return columns;
}

std::string pad_right(std::string_view text, std::size_t columns) {
    const std::size_t width = columns_of(text);
    return std::string(text) + std::string(width < columns ? columns - width : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t columns) {
    const std::size_t width = columns_of(text);
    return std::string(width < columns ? columns - width : 0, ' ') + std::string(text);
}

std::string cut(std::string_view text, std::size_t columns) {
    std::size_t seen = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        seen += continues(text[at]) ? 0 : 1;
        if (seen > columns) {
            return std::string(text.substr(0, at));
        }
    }
    return std::string(text);
}

std::string whole_time(double seconds) {
    const auto whole = static_cast<long long>(std::clamp(std::ceil(seconds), 0.0, 1e9));
    std::array<char, 32> text{};
    if (whole < 60) {
        std::snprintf(text.data(), text.size(), "%lld s", whole);
    } else if (whole < 3600) {
        std::snprintf(text.data(), text.size(), "%lld:%02lld min", whole / 60, whole % 60);
    } else {
        std::snprintf(text.data(), text.size(), "%lld:%02lld h", whole / 3600, whole / 60 % 60);
    }
    return text.data();
}

std::string wrap(std::string_view first, std::string_view text, std::size_t columns) {
    const std::string indent(columns_of(first), ' ');
    std::string lines(first);
    std::size_t used = indent.size();
    bool line_is_empty = true;
    while (!text.empty()) {
        const std::size_t end = text.find(' ');
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (word.empty()) {
            continue;
        }
        if (!line_is_empty && used + 1 + columns_of(word) > columns) {
            lines += '\n' + indent;
            used = indent.size();
            line_is_empty = true;
        }
        lines += line_is_empty ? "" : " ";
        lines += word;
        used += columns_of(word) + (line_is_empty ? 0 : 1);
        line_is_empty = false;
    }
    return lines + '\n';
}

}  // namespace volley
