// One challenge and its reply on one connection: what is left to send, and whether the reply is
// right.
//
// Pure: it touches no socket. A reply is checked as it arrives, against shared bytes, so a
// connection needs no buffer, whatever the size of the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "transport/challenge.hh"

namespace volley {

// The bytes after the challenge. The challenge selects one of 256 sequences of random bytes, so
// that a server that returns an earlier message's payload is detected.
class Payload {
  public:
    // message_bytes: 1 to 16 MiB. seed: of the random bytes.
    Payload(std::size_t message_bytes, std::uint64_t seed);

    [[nodiscard]] std::size_t message_bytes() const { return message_bytes_; }
    [[nodiscard]] std::size_t width() const { return challenge_width(message_bytes_); }
    [[nodiscard]] std::span<const std::byte> of(std::uint32_t challenge) const {
        return {block_.data() + (challenge & 0xffU), message_bytes_ - width()};
    }

  private:
    std::size_t message_bytes_;
    std::vector<std::byte> block_;
};

enum class Reply {
    incomplete,  // right so far
    right,
    wrong,      // differs from challenge plus one and the payload
    duplicate,  // repeats the previous reply, or continues after the reply's end
};

class Exchange {
  public:
    // Starts a new message. challenge: not zero, except to end the server.
    void begin(std::uint32_t challenge, std::size_t width) {
        previous_ = expected_;
        challenge_ = encode(challenge, width);
        expected_ = encode(reply_to(challenge, width), width);
        value_ = challenge;
        sent_ = 0;
        received_ = 0;
    }

    struct Unsent {
        std::span<const std::byte> head;  // of the challenge
        std::span<const std::byte> tail;  // of the payload
    };
    [[nodiscard]] Unsent unsent(const Payload& payload) const;
    void note_sent(std::size_t bytes) { sent_ += bytes; }
    [[nodiscard]] bool all_sent(const Payload& payload) const {
        return sent_ == payload.message_bytes();
    }

    // How many bytes of the reply are missing.
    [[nodiscard]] std::size_t missing(const Payload& payload) const {
        return payload.message_bytes() - received_;
    }
    // Checks the next bytes of the reply. After anything but `incomplete` the exchange is over.
    [[nodiscard]] Reply accept(std::span<const std::byte> bytes, const Payload& payload);

    // "sent 0a0b0c0d, expected 0a0b0c0e, received …" with an excerpt of at most 16 bytes around the
    // first difference. received: the bytes last given to accept(); may be empty.
    [[nodiscard]] std::string describe(std::span<const std::byte> received,
                                       const Payload& payload) const;

  private:
    ChallengeBytes challenge_{};
    ChallengeBytes expected_{};
    ChallengeBytes previous_{};
    std::uint32_t value_ = 0;
    std::size_t sent_ = 0;
    std::size_t received_ = 0;
};

}  // namespace volley
