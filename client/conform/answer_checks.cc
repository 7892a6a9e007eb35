// Checks of the replies on one connection: the right bytes, in order, without delay.

#include <chrono>

#include "conform/check.hh"
#include "conform/workbench.hh"

namespace volley {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Patience split_pause{20};
// The contract's limit for the last reply of a burst; Nagle's algorithm and delayed
// acknowledgements make it 40 ms.
constexpr Patience prompt_limit{20};
// A busy machine is late sometimes, a wrong server every time.
constexpr int prompt_attempts = 5;

Check literal(const std::string& name, const std::string& rule, const std::string& challenge,
              const std::string& reply) {
    return {name, rule + ": " + challenge + " -> " + reply, [=](Workbench& bench) {
                Wire wire = connect_to(bench.shared());
                expect_reply(wire, from_hex(challenge), from_hex(reply));
            }};
}

// The pieces are sent with pauses between them; they join to the challenge.
Check split(const std::string& name, const std::vector<std::string>& pieces) {
    return {name, "a challenge may arrive in pieces", [=](Workbench& bench) {
                bench.need_stream();
                Wire wire = connect_to(bench.shared());
                WireBytes all;
                for (std::size_t i = 0; i < pieces.size(); ++i) {
                    const WireBytes piece = from_hex(pieces[i]);
                    all.insert(all.end(), piece.begin(), piece.end());
                    if (i + 1 < pieces.size()) {
                        (void)wire.send(piece);  // a lost connection shows as a missing reply
                        pause_for(split_pause);
                    } else {
                        try {
                            expect_reply(wire, piece, from_hex("10203041"));
                        } catch (CheckFailure& failure) {
                            failure.sent = to_hex(all) + " in " + std::to_string(pieces.size()) +
                                           " pieces with pauses";
                            throw;
                        }
                    }
                }
                expect_service(wire);
            }};
}

// Challenges 00000001, 00000002 … and their replies, written as bytes, without integer arithmetic:
// the low two bytes count up.
WireBytes counting(std::size_t first, std::size_t count) {
    WireBytes bytes;
    for (std::size_t i = first; i < first + count; ++i) {
        bytes.insert(bytes.end(), {0, 0, static_cast<std::uint8_t>(i / 256 % 256),
                                   static_cast<std::uint8_t>(i % 256)});
    }
    return bytes;
}

Check burst(std::size_t count) {
    return {"burst-of-" + std::to_string(count), "challenges sent together are answered in order",
            [=](Workbench& bench) {
                Wire wire = connect_to(bench.shared());
                expect_reply(wire, counting(1, count), counting(2, count));
                expect_service(wire);
            }};
}

// An unrequested reply would arrive before the next one.
void one_reply_each(Workbench& bench) {
    Wire wire = connect_to(bench.shared());
    expect_reply(wire, from_hex("00000001"), from_hex("00000002"));
    expect_reply(wire, from_hex("10203040"), from_hex("10203041"));
    expect_reply(wire, from_hex("000000fe"), from_hex("000000ff"));
}

void last_of_a_burst_is_prompt(Workbench& bench) {
    constexpr std::size_t count = 16;
    const RunningServer& server = bench.shared();
    const auto until = Clock::now() + bench.warmup();
    Clock::duration shortest = Clock::duration::max();
    for (int attempt = 0; attempt < prompt_attempts || Clock::now() < until; ++attempt) {
        // A new connection each time: the kernel does not delay acknowledgements on fresh ones.
        Wire wire = connect_to(server);
        expect_service(wire);
        wire.delay_acknowledgements();
        const auto sent = Clock::now();
        expect_reply(wire, counting(1, count), counting(2, count));
        shortest = std::min(shortest, Clock::now() - sent);
        if (shortest <= prompt_limit) {
            return;
        }
    }
    throw CheckFailure{
        std::to_string(count) + " challenges in one write, then no further input",
        "the last reply within " + std::to_string(prompt_limit.count()) + " ms",
        "the last reply after " + std::to_string(std::chrono::ceil<Patience>(shortest).count()) +
            " ms in the fastest of " + std::to_string(prompt_attempts) + " attempts"};
}

}  // namespace

std::vector<Check> answer_checks() {
    return {
        literal("adds-one", "the reply is the challenge plus one, in network byte order",
                "00000001", "00000002"),
        literal("carries-into-the-next-byte", "the 4 bytes of a challenge are one number",
                "000000ff", "00000100"),
        literal("crosses-the-sign", "the challenge is unsigned", "7fffffff", "80000000"),
        literal("wraps-to-zero", "0xffffffff wraps to 0", "ffffffff", "00000000"),
        {"one-reply-each", "each challenge gets exactly one reply", one_reply_each},
        split("split-1-3", {"10", "203040"}),
        split("split-2-2", {"1020", "3040"}),
        split("split-into-bytes", {"10", "20", "30", "40"}),
        burst(2),
        burst(16),
        burst(1000),
        {"last-of-a-burst-is-prompt",
         "a reply never waits for more input or for an acknowledgement", last_of_a_burst_is_prompt},
    };
}

}  // namespace volley
