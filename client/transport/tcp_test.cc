#include "transport/tcp.hh"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/time.h>

#include "base/owned_fd.hh"

namespace volley {
namespace {

// A time limit that rounds up to a whole second was refused by the kernel, without a word: then a
// reply that never comes is waited for without an end.
TEST(TcpChannel, EveryTimeLimitIsOne) {
    const OwnedFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::listen(listener.get(), 16), 0);
    Address address;
    address.length = sizeof address.storage;
    ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address.storage),
                            &address.length),
              0);
    using namespace std::chrono_literals;
    const std::pair<Duration, std::chrono::microseconds> limits[] = {{1ms, 1ms},
                                                                     {1ns, 1us},
                                                                     {999'999'999ns, 1s},
                                                                     {999'999'000ns, 999'999us},
                                                                     {1s, 1s},
                                                                     {1'999'999'001ns, 2s},
                                                                     {1'500'000'001ns, 1'500'001us},
                                                                     {1h, 1h}};
    for (const auto& [asked, set] : limits) {
        const TcpChannel channel = TcpChannel::open(address, Receiving::waits, asked);
        timeval limit{};
        socklen_t length = sizeof limit;
        ASSERT_EQ(::getsockopt(channel.waits_to_receive().handle, SOL_SOCKET, SO_RCVTIMEO, &limit,
                               &length),
                  0);
        // The kernel keeps it in ticks of its clock, never fewer than were asked for.
        const auto kept =
            std::chrono::seconds(limit.tv_sec) + std::chrono::microseconds(limit.tv_usec);
        EXPECT_GE(kept, set) << asked.count();
        EXPECT_LE(kept, set + 20ms) << asked.count();
    }
}

}  // namespace
}  // namespace volley
