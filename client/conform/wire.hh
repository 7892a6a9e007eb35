// One plain connection to the server under test, with a deadline on everything.
//
// Deliberately separate from the measuring client's transports: the tester must be able to do what
// a good client never does (send half a challenge, reset, not read).
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/owned_fd.hh"
#include "conform/bytes.hh"
#include "conform/time_limit.hh"

namespace volley {

// How long the tester waits for a reply, an accept or a close. Not a limit of the contract: long
// enough for a loaded machine, a sanitizer and a runtime that compiles late.
inline constexpr Patience reply_patience{2000};

// The transports that the checks know.
inline constexpr std::array<std::string_view, 3> known_transports{"tcp", "unix", "unix-seqpacket"};

// Where a server listens.
struct Place {
    std::string transport = "tcp";
    std::string address = "127.0.0.1";  // numeric; of no meaning to a local transport
    std::uint16_t port = 0;
    std::size_t message_bytes = 4;

    [[nodiscard]] bool keeps_boundaries() const { return transport == "unix-seqpacket"; }
    [[nodiscard]] bool is_local() const { return transport != "tcp"; }
    // For messages: "127.0.0.1 port 9000", "@volley/unix/9000".
    [[nodiscard]] std::string text() const;
};
// A socket that listens there; on failure, no socket.
[[nodiscard]] OwnedFd listen_at(const Place& place);

class Wire {
  public:
    // Nothing if connecting fails or takes longer than `patience`.
    [[nodiscard]] static std::optional<Wire> open(const Place& place,
                                                  Patience patience = reply_patience);

    // Over a transport that keeps boundaries, all of these send a packet for each message, and a
    // shorter one for what is left.

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
    // Delays acknowledgements, as a busy client does: Nagle's algorithm waits for them. A local
    // socket has none.
    void delay_acknowledgements();
    // The destructor closes with RST: after a FIN its port would wait for a minute.
    void end_by_reset();
    // Ends the connection with RST instead of FIN, now. A local connection is reset where replies
    // are left unread.
    void reset();

    // The process that listens, as a local socket shows it; 0: not known.
    [[nodiscard]] pid_t listener() const;

  private:
    Wire(OwnedFd socket, std::size_t packet_bytes)
        : socket_(std::move(socket)), packet_bytes_(packet_bytes) {}
    // Sends the next part of bytes from `sent` on; false if the connection is lost.
    [[nodiscard]] bool send_more(const WireBytes& bytes, std::size_t& sent);
    // Adds what is there to `came`, at most up to `count`; false if the connection is lost, or if a
    // packet has another length than a message.
    [[nodiscard]] bool receive_more(WireBytes& came, std::size_t count);

    OwnedFd socket_;
    std::size_t packet_bytes_;  // 0: a stream; otherwise each message is a packet of this length
};

}  // namespace volley
