#include "transport/address.hh"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>

#include "base/error_for_tests.hh"
#include "transport/connect_failure.hh"
#include "transport/ports.hh"

namespace volley {
namespace {

void expect_parts(const std::string& text, std::initializer_list<const char*> parts) {
    for (const char* part : parts) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
    }
}

TEST(Address, NumericFormsAreWhatTheyAre) {
    EXPECT_EQ(resolve("127.0.0.1", 9000).text, "127.0.0.1:9000");
    EXPECT_EQ(resolve("::1", 9000).text, "[::1]:9000");
    EXPECT_EQ(resolve("[::1]", 9000).host, "::1");
    EXPECT_EQ(resolve("127.1", 1).host, "127.0.0.1");
    EXPECT_EQ(resolve("fe80::1%lo", 7).text, "[fe80::1%lo]:7");
    EXPECT_EQ(resolve_all("127.0.0.1", 9000).size(), 1U);
}

TEST(Address, WhatDoesNotResolveSaysWhatHelps) {
    expect_parts(message_of([] { static_cast<void>(resolve_all("", 1)); }),
                 {"host ''", "spelling"});
    expect_parts(message_of([] { static_cast<void>(resolve_all("127.0.0.1:80", 1)); }),
                 {"host '127.0.0.1:80' does not resolve", "give the port with -p"});
}

TEST(Address, AServerOfOursListensAtTheFirstAddressOfThisMachine) {
    EXPECT_EQ(own_address("127.0.0.1"), "127.0.0.1");
    // TEST-NET-1 belongs to no machine.
    const Address elsewhere = resolve("192.0.2.1", 1);
    EXPECT_EQ(own_address("x", {elsewhere, resolve("127.0.0.1", 1)}), "127.0.0.1");
    expect_parts(message_of([&] { static_cast<void>(own_address("x", {elsewhere})); }),
                 {"'x'", "192.0.2.1 (Cannot assign requested address: this machine does not have"});
}

TEST(ConnectFailure, EachErrnoHasACauseAndARemedyOfItsOwn) {
    const Address address = resolve("127.0.0.1", 9000);
    std::vector<std::string> causes;
    for (const int error : {ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EACCES, EMFILE,
                            ENFILE, ENOBUFS, EAFNOSUPPORT, EINVAL}) {
        const Refusal failure = explain_connect_failure(error, address);
        EXPECT_NE(failure.cause.find(": "), std::string::npos) << failure.cause;
        EXPECT_FALSE(failure.remedy.empty()) << failure.cause;
        EXPECT_EQ(error == ECONNREFUSED, failure.remedy.find("start a server") != std::string::npos)
            << failure.cause;
        EXPECT_EQ(std::count(causes.begin(), causes.end(), failure.cause), 0);
        causes.push_back(failure.cause);
    }
}

// For 127.0.0.1 there is always a source address: only ports can be missing.
TEST(ConnectFailure, NoAddressAndNoPortAreTwoThings) {
    const auto ports = explain_connect_failure(EADDRNOTAVAIL, resolve("127.0.0.1", 9000));
    expect_parts(ports.cause, {"no local port is left", "ip_local_port_range", "127.0.0.1:9000"});
    const auto address = explain_connect_failure(EADDRNOTAVAIL, resolve("fe80::1", 9000));
    EXPECT_EQ(address.cause.find("local port"), std::string::npos) << address.cause;
}

TEST(Ports, AreCountedAsTheKernelHandsThemOut) {
    EXPECT_EQ(count_ports("32768\t60999\n", "\n"), 28'232U);
    EXPECT_EQ(count_ports("32768 33268", ""), 500U);  // an even number of them
    EXPECT_EQ(count_ports("1000 1999", "1000-1009,1500,8080"), 989U);
    EXPECT_EQ(count_ports("1000 1999", "0-65535"), 0U);
    EXPECT_EQ(count_ports("5000 5000", ""), 1U);
    EXPECT_EQ(count_ports("", ""), 28'232U);
}

TEST(Ports, TheTableOfConnectionsTellsWhoHoldsThem) {
    const char* const table =
        "  sl  local_address rem_address   st tx_queue rx_queue\n"
        "   0: 0100007F:2328 00000000:0000 0A 00000000:00000000\n"
        "   1: 0100007F:8001 0100007F:2328 01 00000000:00000000\n"
        "   2: 0100007F:8002 0100007F:2328 06 00000000:00000000\n"
        "   3: 0100007F:8003 0100007F:2329 06 00000000:00000000\n"
        "   4: 0100007F:2328 0100007F:8001 01 00000000:00000000\n";
    const PortsTaken taken = ports_taken(table, resolve("127.0.0.1", 9000));
    EXPECT_EQ(taken.all, 2U);
    EXPECT_EQ(taken.waiting, 1U);
    const char* const table_6 =
        "   0: 00000000000000000000000001000000:8001 00000000000000000000000001000000:2328 06\n";
    EXPECT_EQ(ports_taken(table_6, resolve("::1", 9000)).waiting, 1U);
}

}  // namespace
}  // namespace volley
