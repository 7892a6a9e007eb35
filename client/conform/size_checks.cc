// The capability `size`: messages of any length, whose payload comes back unchanged.

#include <algorithm>

#include "conform/check.hh"
#include "conform/workbench.hh"
#include "transport/local_name.hh"

namespace volley {
namespace {

constexpr std::size_t messages = 3;
constexpr int pause_milliseconds = 20;  // between pieces, so that each is read separately

void require_size(const Workbench& bench) {
    if (!bench.metadata().has_capability("size")) {
        throw CheckSkipped{"server.toml does not list the capability \"size\""};
    }
}

// `head` first, then the pattern up to `length`.
WireBytes with_payload(const std::string& head, std::size_t length) {
    WireBytes bytes = payload_pattern(length);
    const WireBytes first = from_hex(head);
    std::copy(first.begin(), first.end(), bytes.begin());
    return bytes;
}

// Challenge and reply in as many bytes as a message of this length has room for.
struct Heads {
    const char* challenge;
    const char* reply;
};
Heads heads_of(std::size_t length) {
    switch (length) {
        case 1:
            return {"7f", "80"};
        case 2:
            return {"00ff", "0100"};
        case 3:
            return {"00ffff", "010000"};
        default:
            return {"00ffffff", "01000000"};
    }
}

Check of_size(std::size_t length) {
    return {"size-" + std::to_string(length),
            "-m BYTES: the challenge plus one, then the other bytes unchanged",
            [=](Workbench& bench) {
                require_size(bench);
                if (bench.transport() == "unix-seqpacket" && length > most_packet_bytes()) {
                    throw CheckSkipped{"not applicable: a packet carries at most " +
                                       std::to_string(most_packet_bytes()) + " bytes here"};
                }
                const Heads heads = heads_of(length);
                const WireBytes challenge = with_payload(heads.challenge, length);
                const WireBytes reply = with_payload(heads.reply, length);
                Wire wire = connect_to(bench.shared(length));
                expect_reply(wire, challenge, reply);
                // Several in one write: a wrong server loses the boundaries between them.
                expect_reply(wire, repeated(challenge, messages), repeated(reply, messages));
            }};
}

void size_1_wraps(Workbench& bench) {
    require_size(bench);
    Wire wire = connect_to(bench.shared(1));
    expect_reply(wire, from_hex("ff"), from_hex("00"));
    expect_reply(wire, from_hex("01ff02"), from_hex("020003"));
}

void size_5_in_pieces(Workbench& bench) {
    require_size(bench);
    bench.need_stream();
    Wire wire = connect_to(bench.shared(5));
    for (const char* piece : {"00", "0000", "ff", "aa00 0000"}) {
        (void)wire.send(from_hex(piece));
        pause_for(Patience(pause_milliseconds));
    }
    expect_reply(wire, from_hex("01bb"), from_hex("00000100aa 00000002bb"));
}

void wrong_size(Workbench& bench) {
    require_size(bench);
    for (const char* size : {"0", "abc", "16777217", "-4"}) {
        TestedServer process(bench.command({"-p", std::to_string(bench.free_port()), "-m", size}));
        const auto end = process.wait_for_end(bench.start_patience() / 4);
        const bool refused = end && describe_end(*end).starts_with("exit status ") &&
                             describe_end(*end) != "exit status 0";
        if (!refused || process.standard_error().empty()) {
            throw CheckFailure{
                std::string("flags -m ") + size, "a line on stderr and a non-zero status",
                (end ? describe_end(*end) : "the server keeps running") +
                    std::string(process.standard_error().empty() ? ", nothing on stderr" : "")};
        }
    }
}

}  // namespace

std::vector<Check> size_checks() {
    std::vector<Check> checks;
    for (const std::size_t length :
         std::initializer_list<std::size_t>{1, 2, 3, 5, 64, 1024, 4096, 65536, 1 << 20}) {
        checks.push_back(of_size(length));
    }
    checks.push_back({"size-1-wraps", "the challenge wraps at its width", size_1_wraps});
    checks.push_back({"size-5-in-pieces", "a message may arrive in pieces", size_5_in_pieces});
    checks.push_back({"wrong-size", "-m takes 1 to 16777216", wrong_size});
    return checks;
}

}  // namespace volley
