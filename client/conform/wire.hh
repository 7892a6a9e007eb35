// One plain TCP connection to the server under test, with a deadline on everything.
//
// Deliberately separate from the measuring client's transports: the tester must be able to do what
// a good client never does (send half a challenge, reset, not read).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/owned_fd.hh"
#include "conform/bytes.hh"
#include "conform/time_limit.hh"

namespace volley {

// How long the tester waits for a reply, an accept or a close. Not a limit of the contract: long
// enough for a loaded machine, a sanitizer and a runtime that compiles late.
inline constexpr Patience reply_patience{2000};

class Wire {
  public:
    // Connects to a numeric address. Nothing if that fails or takes longer than `patience`.
    [[nodiscard]] static std::optional<Wire> open(const std::string& address, std::uint16_t port,
                                                  Patience patience = reply_patience);

    // False if the connection is lost, or the peer accepts nothing for `patience`.
    [[nodiscard]] bool send(const WireBytes& bytes, Patience patience = reply_patience);

    // Up to `count` bytes; fewer if the connection ends or `patience`, which is for all of them,
    // runs out.
    [[nodiscard]] WireBytes receive(std::size_t count, Patience patience = reply_patience);

    // Sends and receives at the same time: messages larger than the socket buffers.
    [[nodiscard]] WireBytes exchange(const WireBytes& bytes, std::size_t count, Patience patience);

    // True if the peer ends the connection within `patience` and sends nothing before it.
    [[nodiscard]] bool ends(Patience patience = reply_patience);

    void shutdown_sending();
    // Delays acknowledgements, as a busy client does: Nagle's algorithm waits for them.
    void delay_acknowledgements();
    // The destructor closes with RST: after a FIN its port would wait for a minute.
    void end_by_reset();
    // Ends the connection with RST instead of FIN, now.
    void reset();

  private:
    explicit Wire(OwnedFd socket) : socket_(std::move(socket)) {}
    OwnedFd socket_;
};

}  // namespace volley
