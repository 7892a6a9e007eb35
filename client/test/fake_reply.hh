// The bytes of the fake server's answer to a message: the right ones, or those of its fault.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "test/fake_faults.hh"

namespace volley {

// The challenge plus one, or a wrong server's version of it. replies: how many were sent before.
[[nodiscard]] inline std::string fake_reply(const Faults& faults, std::string message,
                                            std::uint64_t replies) {
    const std::size_t width = std::min<std::size_t>(message.size(), 4);
    const std::string challenge = message.substr(0, width);
    const bool is_all_ones = challenge == std::string(width, '\xff');
    if ((is_all_ones && (faults.has("no-wrap") || (width == 1 && faults.has("no-narrow-wrap")))) ||
        (challenge == "\x7f\xff\xff\xff" && faults.has("stops-at-sign"))) {
        return message;
    }
    const auto increment = [&] {
        for (std::size_t i = 0; i < width; ++i) {
            char& byte = message[faults.has("host-byte-order") ? i : width - 1 - i];
            byte = static_cast<char>(byte + 1);
            if (byte != 0 || faults.has("no-carry")) {
                break;
            }
        }
    };
    increment();
    if (faults.has("wrong-answer") && replies >= faults.find("wrong-answer").value_or(0)) {
        increment();
    }
    if (faults.has("wrong-payload") && message.size() > width) {
        message.back() = static_cast<char>(message.back() ^ 1);
    }
    if (faults.has("adds-a-byte")) {
        message.push_back('+');
    }
    return message;
}

// "stands-still": sleeps to the end of the current pause, if there is one. A signal ends it.
inline void stand_still(std::chrono::milliseconds pause) {
    static const auto begin = std::chrono::steady_clock::now();
    const auto into_period = (std::chrono::steady_clock::now() - begin) % (2 * pause);
    if (into_period < pause) {
        return;
    }
    const auto left = std::chrono::nanoseconds(2 * pause - into_period).count();
    const timespec length{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
    (void)::nanosleep(&length, nullptr);
}

}  // namespace volley
