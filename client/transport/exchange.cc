#include "transport/exchange.hh"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "base/random.hh"

namespace volley {

namespace {

constexpr std::size_t stretches = 256;
constexpr std::size_t excerpt_bytes = 16;

std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte byte : bytes.first(std::min(bytes.size(), excerpt_bytes))) {
        std::array<char, 3> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", std::to_integer<unsigned>(byte));
        text += digits.data();
    }
    return bytes.size() > excerpt_bytes ? text + "…" : text;
}

bool same(std::span<const std::byte> left, std::span<const std::byte> right) {
    return std::memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace

Payload::Payload(std::size_t message_bytes, std::uint64_t seed)
    : message_bytes_(message_bytes), block_(message_bytes + stretches) {
    Xoshiro256pp random(seed);
    for (auto& byte : block_) {
        byte = static_cast<std::byte>(random());
    }
}

Exchange::Unsent Exchange::unsent(const Payload& payload) const {
    const std::size_t width = payload.width();
    const auto tail = payload.of(value_);
    if (sent_ < width) {
        return {.head = std::span(challenge_).subspan(sent_, width - sent_), .tail = tail};
    }
    return {.head = {}, .tail = tail.subspan(sent_ - width)};
}

Reply Exchange::accept(std::span<const std::byte> bytes, const Payload& payload) {
    const std::size_t width = payload.width();
    const std::size_t before = received_;
    std::span<const std::byte> left = bytes.first(std::min(bytes.size(), missing(payload)));
    const bool too_long = bytes.size() > left.size();
    if (received_ < width && !left.empty()) {
        const auto part = left.first(std::min(left.size(), width - received_));
        if (!same(part, std::span(expected_).subspan(received_))) {
            const bool repeated = received_ == 0 && part.size() == width && same(part, previous_);
            return repeated ? Reply::duplicate : Reply::wrong;
        }
        received_ += part.size();
        left = left.subspan(part.size());
    }
    if (!left.empty()) {
        if (!same(left, payload.of(value_).subspan(received_ - width))) {
            received_ = before;  // describe() gets these bytes from the first on
            return Reply::wrong;
        }
        received_ += left.size();
    }
    if (too_long) {
        return Reply::duplicate;
    }
    return missing(payload) == 0 ? Reply::right : Reply::incomplete;
}

std::string Exchange::describe(std::span<const std::byte> received, const Payload& payload) const {
    const std::size_t width = payload.width();
    std::string text = "sent " + hex(std::span(challenge_).first(width)) + ", expected " +
                       hex(std::span(expected_).first(width));
    if (payload.message_bytes() > width) {
        text += " and the payload unchanged";
    }
    if (received.empty()) {
        return text + ", received nothing more after " + std::to_string(received_) + " of " +
               std::to_string(payload.message_bytes()) + " bytes";
    }
    // If the challenge part is right, the excerpt begins at the first wrong byte of the payload.
    const std::size_t first = std::min(received_, width);
    const auto part = received.first(std::min(received.size(), width - first));
    if (same(part, std::span(expected_).subspan(first))) {
        const auto rest = received.subspan(part.size());
        const std::size_t begin = std::max(received_, width);
        const auto wanted = payload.of(value_).subspan(begin - width);
        const auto [theirs, ours] = std::mismatch(
            rest.begin(),
            rest.begin() + static_cast<std::ptrdiff_t>(std::min(rest.size(), wanted.size())),
            wanted.begin());
        const auto at = static_cast<std::size_t>(ours - wanted.begin());
        if (at < std::min(rest.size(), wanted.size())) {
            return text + ", received at byte " + std::to_string(begin + at) + " " +
                   hex(rest.subspan(at)) + " instead of " + hex(wanted.subspan(at));
        }
    }
    return text + ", received " + hex(received);
}

}  // namespace volley
