#include "base/printable.hh"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace volley {

namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

// The length in bytes of the valid UTF-8 character at the start of the text, 0 if there is none.
// Overlong forms, surrogates and values beyond U+10FFFF are invalid (RFC 3629).
std::size_t character_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80U                     ? 1
                               : lead >= 0xc2U && lead <= 0xdfU ? 2
                               : lead >= 0xe0U && lead <= 0xefU ? 3
                               : lead >= 0xf0U && lead <= 0xf4U ? 4
                                                                : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    for (std::size_t at = 1; at < length; ++at) {
        if (!continues(text[at])) {
            return 0;
        }
    }
    if (length > 2) {
        const auto second = static_cast<unsigned char>(text[1]);
        const bool refused = (lead == 0xe0U && second < 0xa0U) ||
                             (lead == 0xedU && second > 0x9fU) ||
                             (lead == 0xf0U && second < 0x90U) || (lead == 0xf4U && second > 0x8fU);
        return refused ? 0 : length;
    }
    return length;
}

std::uint32_t code_point(std::string_view character) {
    constexpr std::array<unsigned, 5> lead_masks{0, 0x7fU, 0x1fU, 0x0fU, 0x07U};
    std::uint32_t value =
        static_cast<unsigned char>(character.front()) & lead_masks[character.size()];
    for (const char byte : character.substr(1)) {
        value = value << 6U | (static_cast<unsigned char>(byte) & 0x3fU);
    }
    return value;
}

// Terminal control characters, characters that change the text direction, and characters without
// width or shape (Unicode 15: general categories Cc, Zl and Zp, most of Cf, and the Hangul
// fillers).
bool is_hidden(std::uint32_t character) {
    constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 21> ranges{
        {{0x00, 0x1f},       {0x7f, 0x9f},     {0xad, 0xad},       {0x34f, 0x34f},
         {0x61c, 0x61c},     {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},
         {0x200b, 0x200f},   {0x2028, 0x202e}, {0x2060, 0x206f},   {0x2800, 0x2800},
         {0x3164, 0x3164},   {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
         {0xfff0, 0xfffb},   {0xe000, 0xf8ff}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
         {0xf0000, 0x10ffff}}};
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        return character >= range.first && character <= range.second;
    });
}

std::string escaped(std::uint32_t character) {
    switch (character) {
        case '\n':
            return "\\n";
        case '\t':
            return "\\t";
        case '\r':
            return "\\r";
        default:
            break;
    }
    std::array<char, 16> text{};
    const char* const form = character < 0x80      ? "\\x%02x"
                             : character <= 0xffff ? "\\u%04x"
                                                   : "\\U%08x";
    std::snprintf(text.data(), text.size(), form, character);
    return text.data();
}

std::string shown(std::string_view text, bool keep_newlines) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) {
            std::array<char, 8> byte{};
            std::snprintf(byte.data(), byte.size(), "\\x%02x",
                          static_cast<unsigned>(static_cast<unsigned char>(text.front())));
            clean += byte.data();
            text.remove_prefix(1);
            continue;
        }
        const std::string_view character = text.substr(0, length);
        const std::uint32_t value = code_point(character);
        if (is_hidden(value) && !(keep_newlines && value == '\n')) {
            clean += escaped(value);
        } else {
            clean += character;
        }
        text.remove_prefix(length);
    }
    return clean;
}

}  // namespace

std::string printable(std::string_view text) {
    return shown(text, false);
}

std::string printable_lines(std::string_view text) {
    return shown(text, true);
}

}  // namespace volley
