// What the checks share: the server under test, and the means to start it and talk to it.
//
// Checks that leave the server unchanged share one process, so that a slow runtime is not started
// fifty times. A check that ends or strains the server uses a process of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "conform/check.hh"
#include "conform/tested_server.hh"
#include "conform/wire.hh"
#include "run/server_metadata.hh"

namespace volley {

// Thrown if the server's exit status says that this machine lacks what it needs. No check means
// anything then, and the runner ends with that reason.
struct ServerSkipped {
    std::string reason;
};

// Throws ServerSkipped if the server has ended this way.
void throw_if_skipped(TestedServer& server, int wait_status);

struct RunningServer {
    // A server that is ready: it accepts, and has answered one challenge of the right length.
    std::unique_ptr<TestedServer> process;
    Place place;
};

struct StartOptions {
    std::string address = "127.0.0.1";
    bool name_the_address = false;  // with -b; otherwise the server has to choose 127.0.0.1 itself
    std::size_t message_bytes = 4;  // other than 4: with -m
    std::vector<int> cpus;          // empty: as the tester's
    std::uint16_t port = 0;         // 0: a free one
};

class Workbench {
  public:
    // executable: a path; arguments: further ones, after those of the contract.
    Workbench(std::string transport, std::string executable, std::vector<std::string> arguments,
              ServerMetadata metadata)
        : transport_(std::move(transport)),
          executable_(std::move(executable)),
          arguments_(std::move(arguments)),
          metadata_(std::move(metadata)) {}

    // The shared process, started if there is none or if the message length differs from the last
    // one. Throws CheckFailure if it does not become ready.
    RunningServer& shared(std::size_t message_bytes = 4);
    // After a check: keeps the shared process only if the check passed and the process still runs.
    void tidy(bool passed);
    // Text to add to a failure: how the shared process ended, if it did.
    [[nodiscard]] std::string obituary() const;

    [[nodiscard]] RunningServer start(const StartOptions& options = {});

    [[nodiscard]] const std::string& transport() const { return transport_; }
    // Skips a check of what only TCP has: "addresses".
    void need_tcp(const std::string& what) const;
    // Skips a check of messages in pieces.
    void need_stream() const;
    // A number on which nothing listens now.
    [[nodiscard]] std::uint16_t free_port() const;

    // The executable with these flags, the transport if it is not the server's default, and the
    // further arguments.
    [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& flags) const;
    [[nodiscard]] const ServerMetadata& metadata() const { return metadata_; }
    [[nodiscard]] Patience warmup() const;

    // Time to become ready, or to refuse wrong flags: a virtual machine may have to be loaded
    // first.
    [[nodiscard]] Patience start_patience() const;

  private:
    [[nodiscard]] RunningServer start_on(std::uint16_t port, const StartOptions& options);
    void wait_until_ready(RunningServer& server);

    std::string transport_;
    std::string executable_;
    std::vector<std::string> arguments_;
    ServerMetadata metadata_;
    RunningServer shared_;
    bool was_ready_ = false;        // at least once
    bool was_never_ready_ = false;  // and has been tried
};

// A connection to the server; throws CheckFailure if that fails.
[[nodiscard]] Wire connect_to(const RunningServer& server);

// Sends, and expects exactly this reply within reply_patience.
void expect_reply(Wire& wire, const WireBytes& sent, const WireBytes& expected);

// One challenge that any conforming server answers; message_bytes decides its length.
void expect_service(Wire& wire, std::size_t message_bytes = 4);

// A new connection is served.
void expect_still_serving(const RunningServer& server);

// `count` connections at once, none of them used yet. Skips the check if the tester may not open
// that many descriptors.
[[nodiscard]] std::vector<Wire> connect_many(const RunningServer& server, std::size_t count);

}  // namespace volley
