// Any bytes as a server's reply, in pieces of any size: accepted exactly if they are the reply,
// whatever the pieces.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "transport/exchange.hh"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 8) {
        return -1;
    }
    const std::size_t message_bytes = 1 + data[0] % 24;
    const std::uint32_t challenge = data[1] | static_cast<std::uint32_t>(data[2]) << 24U;
    const bool flip = (data[3] & 1U) != 0;
    const std::size_t piece = 1 + data[4] % 16;
    const std::size_t extra = data[5] % 3;
    const std::span<const std::uint8_t> noise(data + 6, size - 6);

    const volley::Payload payload(message_bytes, 1);
    const std::size_t width = payload.width();
    volley::Exchange exchange;
    exchange.begin(challenge, width);
    const auto sent = volley::encode(challenge, width);
    const auto value = volley::decode(std::span(sent).first(width));
    const auto head = volley::encode(volley::reply_to(value, width), width);
    std::vector<std::byte> reply(head.begin(), head.begin() + static_cast<long>(width));
    const auto tail = payload.of(challenge);
    reply.insert(reply.end(), tail.begin(), tail.end());
    const std::vector<std::byte> right = reply;
    if (flip) {
        for (std::size_t at = 0; at < reply.size(); ++at) {
            reply[at] ^= static_cast<std::byte>(noise[at % noise.size()]);
        }
    }
    reply.resize(reply.size() + extra);

    volley::Reply verdict = volley::Reply::incomplete;
    for (std::size_t at = 0; at < reply.size() && verdict == volley::Reply::incomplete;
         at += piece) {
        const auto bytes =
            std::span<const std::byte>(reply).subspan(at, std::min(piece, reply.size() - at));
        verdict = exchange.accept(bytes, payload);
        if (exchange.describe(bytes, payload).empty()) {
            std::abort();
        }
    }
    const bool is_right = std::equal(right.begin(), right.end(), reply.begin());
    if (verdict == volley::Reply::right && !is_right) {
        std::abort();
    }
    if (is_right && verdict != volley::Reply::right && verdict != volley::Reply::duplicate) {
        std::abort();
    }
    return 0;
}
