// The challenge and its reply as bytes: the only byte-order code of the client.
//
// A message of m bytes begins with an unsigned integer of min(4, m) bytes in network byte order.
// The reply is that integer plus one, wrapping in its width, then the other bytes unchanged.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace volley {

inline constexpr std::size_t challenge_bytes = 4;
inline constexpr std::size_t least_message_bytes = 1;
inline constexpr std::size_t most_message_bytes = std::size_t{16} << 20U;

using ChallengeBytes = std::array<std::byte, challenge_bytes>;

// How many of a message's bytes are the challenge. message_bytes: 1 to 16 MiB.
[[nodiscard]] constexpr std::size_t challenge_width(std::size_t message_bytes) {
    return message_bytes < challenge_bytes ? message_bytes : challenge_bytes;
}

// The low `width` bytes of value, most significant first, at the front of the result. width: 1
// to 4.
[[nodiscard]] constexpr ChallengeBytes encode(std::uint32_t value, std::size_t width) {
    ChallengeBytes bytes{};
    for (std::size_t at = 0; at < width; ++at) {
        bytes[at] = static_cast<std::byte>(value >> (8 * (width - 1 - at)));
    }
    return bytes;
}

// The inverse of encode().
[[nodiscard]] constexpr std::uint32_t decode(std::span<const std::byte> bytes) {
    std::uint32_t value = 0;
    for (const std::byte byte : bytes) {
        value = (value << 8U) | std::to_integer<std::uint32_t>(byte);
    }
    return value;
}

// The correct reply: value + 1 modulo 2^(8·width).
[[nodiscard]] constexpr std::uint32_t reply_to(std::uint32_t value, std::size_t width) {
    const std::uint64_t modulus = std::uint64_t{1} << (8 * width);
    return static_cast<std::uint32_t>((std::uint64_t{value} + 1) % modulus);
}

// A value in [1, 2^(8·width)): never zero, because zero ends the server.
[[nodiscard]] constexpr std::uint32_t nonzero_challenge(std::uint64_t random, std::size_t width) {
    const std::uint64_t values = (std::uint64_t{1} << (8 * width)) - 1;
    // The high half of random times the range: no division, and a bias below 2^-32.
    const auto scaled = static_cast<unsigned __int128>(random) * values;
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(scaled >> 64U) + 1);
}

}  // namespace volley
