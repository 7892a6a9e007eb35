// One plain TCP connection to the server under test, with a deadline on everything.
//
// The tester's own sockets, apart from the measuring client's transports on purpose: it must be
// able to do what a good client never does (send half a challenge, reset, not read).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/owned_fd.hh"
#include "conform/bytes.hh"
#include "conform/time_limit.hh"

namespace volley {

// How long a reply, an accept or a close may take before the tester says that it did not come. Not
// the contract's: long enough for a loaded machine, a sanitizer and a runtime that compiles late.
inline constexpr Patience reply_patience{2000};

class Wire {
  public:
    // Connects to a numeric address. Nothing where that fails or takes longer than `patience`.
    [[nodiscard]] static std::optional<Wire> open(const std::string& address, std::uint16_t port,
                                                  Patience patience = reply_patience);

    // False where the connection is lost, or the peer takes nothing for as long as `patience`.
    [[nodiscard]] bool send(const WireBytes& bytes, Patience patience = reply_patience);

    // Up to `count` bytes; fewer where the connection ends or no more come within `patience` of
    // all.
    [[nodiscard]] WireBytes receive(std::size_t count, Patience patience = reply_patience);

    // Sends and receives at the same time: messages larger than the socket buffers.
    [[nodiscard]] WireBytes exchange(const WireBytes& bytes, std::size_t count, Patience patience);

    // True where the peer ends the connection within `patience` and sends nothing before it.
    [[nodiscard]] bool ends(Patience patience = reply_patience);

    void shutdown_sending();
    // Acknowledgements go out late, as a busy client's do: what Nagle's algorithm waits for.
    void delay_acknowledgements();
    // When it goes, it goes by RST: after a FIN its port would wait for a minute.
    void end_by_reset();
    // Ends the connection with RST instead of FIN, now.
    void reset();

  private:
    explicit Wire(OwnedFd socket) : socket_(std::move(socket)) {}
    OwnedFd socket_;
};

}  // namespace volley
