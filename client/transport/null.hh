// A transport that answers at once, in memory, through the same code as a real one: the lower bound
// of every figure.
#pragma once

#include <poll.h>

#include <algorithm>
#include <utility>

#include "base/owned_fd.hh"
#include "transport/challenge.hh"
#include "transport/channel.hh"

namespace volley {

// Messages of four bytes only. Like a server, it ends the connection at the zero challenge.
class NullChannel {
  public:
    static constexpr ChannelTraits traits{
        .pollable = true, .keeps_boundaries = false, .may_lose = false};

    // Without a descriptor to wait for, so it is polled.
    NullChannel() = default;
    // ready: a descriptor that is always readable and writable, so that a driver that waits for
    // descriptors finds a reply at once. error: why there is none.
    explicit NullChannel(OwnedFd ready, int error = 0) : ready_(std::move(ready)), error_(error) {}

    [[nodiscard]] Opened proceed_open() const {
        return {.progress = error_ == 0 ? Progress::done : Progress::failed, .error = error_};
    }
    [[nodiscard]] WaitsFor waits_to_open() const { return waits_to_send(); }
    [[nodiscard]] bool was_sent_again() const { return false; }
    void settle() {}

    [[nodiscard]] Transferred try_send(std::span<const std::byte> head,
                                       std::span<const std::byte> /*tail*/) {
        const std::uint32_t challenge = decode(head);
        reply_ = encode(reply_to(challenge, challenge_bytes), challenge_bytes);
        comes_ = challenge != 0 ? Progress::done : Progress::closed;
        return {.progress = Progress::done, .bytes = head.size()};
    }
    [[nodiscard]] Transferred try_receive(std::span<std::byte> room) {
        if (comes_ != Progress::done || room.size() < challenge_bytes) {
            return {.progress = comes_ == Progress::closed ? comes_ : Progress::pending};
        }
        comes_ = Progress::pending;
        std::copy(reply_.begin(), reply_.end(), room.begin());
        return {.progress = Progress::done, .bytes = challenge_bytes};
    }
    [[nodiscard]] Transferred receive_now(std::span<std::byte> room) { return try_receive(room); }
    [[nodiscard]] WaitsFor waits_to_receive() const {
        return {.handle = ready_.get(), .events = POLLIN};
    }
    [[nodiscard]] WaitsFor waits_to_send() const {
        return {.handle = ready_.get(), .events = POLLOUT};
    }
    void interrupt() {}

  private:
    OwnedFd ready_;
    int error_ = 0;
    ChallengeBytes reply_{};
    Progress comes_ = Progress::pending;  // what the next receive finds
};
static_assert(Channel<NullChannel>);

}  // namespace volley
