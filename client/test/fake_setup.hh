// The fake server's options, its state of each connection, and its error messages.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "base/owned_fd.hh"
#include "test/fake_faults.hh"

namespace volley {

struct Setup {
    Faults faults;
    std::string transport = "tcp";
    std::string address = "127.0.0.1";
    std::string port;
    std::size_t message_bytes = 4;

    [[nodiscard]] bool keeps_boundaries() const { return transport == "unix-seqpacket"; }
};

struct Client {
    OwnedFd socket;
    std::string input;   // not yet answered
    std::string output;  // not yet sent
    std::chrono::steady_clock::time_point due{};
    std::uint64_t replies = 0;
    bool closes_when_sent = false;
    bool is_deaf = false;  // its side has ended, ours has not
    bool is_gone = false;
};

[[noreturn]] inline void complain(const Faults& faults, const std::string& what) {
    if (!faults.has("errors-in-silence")) {
        std::cerr << "fake_server: " << what << '\n';
    }
    if (faults.has("errors-at-length")) {
        std::cerr << "fake_server: see above\n";
    }
    if (faults.has("errors-on-stdout")) {
        std::cout << "fake_server: " << what << std::endl;
    }
    std::_Exit(faults.has("errors-with-status-0") ? 0 : 1);
}

}  // namespace volley
