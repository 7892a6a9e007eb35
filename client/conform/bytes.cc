#include "conform/bytes.hh"

#include <algorithm>

#include "base/error.hh"

namespace volley {
namespace {

constexpr char digits[] = "0123456789abcdef";

std::uint8_t digit_value(char digit) {
    const auto* found = std::find(std::begin(digits), std::end(digits) - 1, digit);
    ensure(found != std::end(digits) - 1, "a hexadecimal digit");
    return static_cast<std::uint8_t>(found - std::begin(digits));
}

}  // namespace

WireBytes from_hex(std::string_view text) {
    WireBytes bytes;
    std::size_t digits_seen = 0;
    for (const char digit : text) {
        if (digit == ' ') {
            continue;
        }
        if (digits_seen++ % 2 == 0) {
            bytes.push_back(static_cast<std::uint8_t>(digit_value(digit) << 4U));
        } else {
            bytes.back() = static_cast<std::uint8_t>(bytes.back() | digit_value(digit));
        }
    }
    ensure(digits_seen % 2 == 0, "pairs of hexadecimal digits");
    return bytes;
}

std::string to_hex(const WireBytes& bytes) {
    if (bytes.empty()) {
        return "nothing";
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(bytes.size(), to_hex_shows); ++i) {
        text += i == 0 ? "" : " ";
        text += digits[bytes[i] >> 4U];
        text += digits[bytes[i] & 15U];
    }
    if (bytes.size() > to_hex_shows) {
        text += " … (" + std::to_string(bytes.size()) + " bytes)";
    }
    return text;
}

WireBytes repeated(const WireBytes& bytes, std::size_t times) {
    WireBytes all;
    all.reserve(bytes.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
}

WireBytes payload_pattern(std::size_t length) {
    WireBytes bytes(length);
    for (std::size_t i = 0; i < length; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 131 + i / 256 * 17 + 1);
    }
    return bytes;
}

}  // namespace volley
