// Bytes as they go over the wire, written and read as hexadecimal text.
//
// The conformance program writes every challenge and every reply literally, so that a byte-order
// mistake cannot confirm itself. Conversion from numbers is left out on purpose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace volley {

using WireBytes = std::vector<std::uint8_t>;

// "0000 00ff" -> the four bytes. Blanks are skipped. Anything but hexadecimal pairs is a mistake of
// the caller and aborts.
[[nodiscard]] WireBytes from_hex(std::string_view text);

// More bytes do not fit on a terminal line beside their label.
inline constexpr std::size_t to_hex_shows = 16;

// "00 00 00 ff". Beyond 16 bytes: the first 16 and the total, "00 … (1000 bytes)". No bytes:
// "nothing".
[[nodiscard]] std::string to_hex(const WireBytes& bytes);

// The bytes, repeated `times` times.
[[nodiscard]] WireBytes repeated(const WireBytes& bytes, std::size_t times);

// Bytes that differ from their neighbours and do not repeat within 256, so that a changed, lost or
// shifted payload shows.
[[nodiscard]] WireBytes payload_pattern(std::size_t length);

}  // namespace volley
