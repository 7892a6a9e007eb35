#include "transport/endpoint.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/error_for_tests.hh"
#include "transport/address.hh"
#include "transport/any_transport.hh"

namespace volley {
namespace {

// Must hold for every transport.
const std::array<Endpoint, 4> every{Endpoint(TcpEndpoint()), Endpoint(UnixEndpoint()),
                                    Endpoint(UnixSeqpacketEndpoint()), Endpoint(NullEndpoint())};

TEST(Endpoint, AFreshOneIsFreeAndHasOnePlace) {
    for (const Endpoint& kind : every) {
        const Endpoint endpoint = kind.on_this_machine().fresh();
        const std::string text = endpoint.text();
        EXPECT_EQ(endpoint.transport(), kind.transport());
        EXPECT_FALSE(endpoint.is_taken()) << text;
        const auto transports = transports_to(endpoint);
        ASSERT_EQ(transports.size(), 1U) << text;
        EXPECT_EQ(text_of(transports.front()), text);
        EXPECT_EQ(host_of(transports.front()), endpoint.host());
        // The address that answered is the one that is measured again.
        EXPECT_EQ(endpoint.on_host(host_of(transports.front())).text(), text);
        EXPECT_EQ(endpoint.carried_by_kernel(1, {}, 1), "");
    }
}

TEST(Endpoint, LimitsLeaveRoomForOneConnectionOfFourBytes) {
    for (const Endpoint& kind : every) {
        const EndpointLimits limits = kind.limits({.local_ports = 2}, /*server_is_ours=*/true);
        EXPECT_GE(limits.most_connections, 1U) << kind.transport();
        EXPECT_LE(limits.least_message_bytes, challenge_bytes) << kind.transport();
        EXPECT_GE(limits.most_message_bytes, challenge_bytes) << kind.transport();
    }
    EXPECT_EQ(every[0].limits({.local_ports = 2}, true).most_connections, 1U);
    EXPECT_EQ(every[0].limits({.local_ports = 2}, false).most_connections, 2U);
}

TEST(Endpoint, ServerAndClientAreToldWhatIsNotTheirDefault) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(Endpoint("127.0.0.1", 7000).server_arguments(), (Words{"-p", "7000"}));
    EXPECT_EQ(Endpoint("::1", 7000).server_arguments(), (Words{"-p", "7000", "-b", "::1"}));
    EXPECT_EQ(Endpoint("::1", 7000).client_arguments(), (Words{"-p", "7000", "--host", "::1"}));
    EXPECT_EQ(Endpoint("::1", 0).by_hand().server_arguments(), (Words{"-p", "9000", "-b", "::1"}));
    EXPECT_EQ(Endpoint().text(), "127.0.0.1:0");
    const Endpoint local("unix", "", 7000);
    EXPECT_EQ(local.server_arguments(), (Words{"-p", "7000"}));
    EXPECT_EQ(local.client_arguments(), (Words{"-p", "7000", "--transport", "unix"}));
    EXPECT_EQ(local.text(), "@volley/unix/7000");
}

TEST(Endpoint, WhatIsListenedOnIsTaken) {
    const OwnedFd listener = listen_at(resolve("127.0.0.1", 0));
    ASSERT_TRUE(listener);
    EXPECT_TRUE(Endpoint("127.0.0.1", port_of(listener)).is_taken());
}

TEST(Endpoint, TheDefaultIsTheFirstThatAUserMayChoose) {
    const auto names = transport_names();
    EXPECT_EQ(names.front(), Endpoint().transport());
    EXPECT_EQ(std::count(names.begin(), names.end(), "null"), 0);
    for (const std::string& name : names) {
        EXPECT_EQ(Endpoint(name, "127.0.0.1", 7).transport(), name);
    }
}

std::vector<AnyTransport> two() {
    std::vector<AnyTransport> both = transports_to(Endpoint("::1", 9000));
    both.push_back(transports_to(Endpoint("127.0.0.1", 9000)).front());
    return both;
}

const Endpoint twofold("twofold", 9000);

TEST(Endpoint, AllPlacesAreTriedInOrderUntilOneServes) {
    std::vector<std::string> tried;
    const AnyTransport found = first_that_serves(
        twofold, two(), [&](const AnyTransport& one, std::size_t left) -> std::optional<Refusal> {
            tried.push_back(text_of(one) + " " + std::to_string(left));
            return host_of(one) == "::1" ? std::optional(Refusal{"refused", "start one"})
                                         : std::nullopt;
        });
    EXPECT_EQ(text_of(found), "127.0.0.1:9000");
    EXPECT_EQ(tried, (std::vector<std::string>{"[::1]:9000 1", "127.0.0.1:9000 0"}));
}

TEST(Endpoint, TheFirstThatServesIsTheLastThatIsTried) {
    int attempts = 0;
    const AnyTransport found =
        first_that_serves(twofold, two(), [&](const AnyTransport&, std::size_t) {
            ++attempts;
            return std::optional<Refusal>();
        });
    EXPECT_EQ(host_of(found), "::1");
    EXPECT_EQ(attempts, 1);
}

TEST(Endpoint, WhereNoneServesEachIsNamedWithItsCauseAndEachRemedyOnce) {
    const auto refuse = [](const std::string& second_remedy) {
        return message_of([&] {
            static_cast<void>(
                first_that_serves(twofold, two(), [&](const AnyTransport& one, std::size_t) {
                    return host_of(one) == "::1"
                               ? std::optional(Refusal{"refused", "start one"})
                               : std::optional(Refusal{"unreachable", second_remedy});
                }));
        });
    };
    EXPECT_EQ(refuse("look at the route"),
              "no server at any of the 2 addresses of 'twofold': [::1]:9000 (refused), "
              "127.0.0.1:9000 (unreachable); start one; or look at the route");
    EXPECT_TRUE(refuse("start one").ends_with("(unreachable); start one"));
}

}  // namespace
}  // namespace volley
