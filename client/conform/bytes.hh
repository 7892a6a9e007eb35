// Bytes as they go over the wire, written and read as hexadecimal text.
//
// The conformance program states every challenge and every reply literally, so that a mistake in a
// byte order cannot vouch for itself; there is deliberately no conversion from numbers here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace volley {

using WireBytes = std::vector<std::uint8_t>;

// "0000 00ff" -> the four bytes. Blanks are skipped; anything else but hexadecimal pairs is a
// mistake in the caller and aborts.
[[nodiscard]] WireBytes from_hex(std::string_view text);

// More bytes than these do not fit a line of a terminal beside their label.
inline constexpr std::size_t to_hex_shows = 16;

// "00 00 00 ff". Of more than 16 bytes the first 16 and the number of all: "00 … (1000 bytes)";
// of none "nothing".
[[nodiscard]] std::string to_hex(const WireBytes& bytes);

// All the bytes of one after those of the other, `times` times.
[[nodiscard]] WireBytes repeated(const WireBytes& bytes, std::size_t times);

// Bytes that differ from their neighbours and do not repeat in 256: a changed, lost or shifted
// payload shows.
[[nodiscard]] WireBytes payload_pattern(std::size_t length);

}  // namespace volley
