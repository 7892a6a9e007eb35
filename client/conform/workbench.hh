// What the checks share: the server that is tested, and the means to start it and to talk with it.
//
// Checks that leave the server as it was share one process, so that a runtime that starts slowly is
// not started fifty times; a check that ends or strains it takes a process of its own.
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

// Thrown where the server says with its exit status that this machine lacks what it needs: no check
// means anything then. The runner ends with that reason.
struct ServerSkipped {
    std::string reason;
};

// Throws ServerSkipped where this is how the server has ended.
void throw_if_skipped(TestedServer& server, int wait_status);

struct RunningServer {
    // A server that is up: it accepts, and has answered one challenge with as many bytes.
    std::unique_ptr<TestedServer> process;
    std::string address;
    std::uint16_t port = 0;
    std::size_t message_bytes = 4;
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
    Workbench(std::string executable, std::vector<std::string> arguments, ServerMetadata metadata)
        : executable_(std::move(executable)),
          arguments_(std::move(arguments)),
          metadata_(std::move(metadata)) {}

    // The process that checks share, started where there is none. A message length other than the
    // last one starts another. Throws CheckFailure where it does not become ready.
    RunningServer& shared(std::size_t message_bytes = 4);
    // After a check: keeps the shared process only where the check passed and it still runs.
    void tidy(bool passed);
    // What to add to a failure: how the shared process ended, where it did.
    [[nodiscard]] std::string obituary() const;

    [[nodiscard]] RunningServer start(const StartOptions& options = {});

    // The executable with these flags and the further arguments.
    [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& flags) const;
    [[nodiscard]] const ServerMetadata& metadata() const { return metadata_; }
    [[nodiscard]] Patience warmup() const;

    // Time to be up, and to refuse what is wrong: a virtual machine may have to be loaded first.
    [[nodiscard]] Patience start_patience() const;

  private:
    [[nodiscard]] RunningServer start_on(std::uint16_t port, const StartOptions& options);
    void wait_until_ready(RunningServer& server);

    std::string executable_;
    std::vector<std::string> arguments_;
    ServerMetadata metadata_;
    RunningServer shared_;
    bool was_ready_ = false;        // at least once
    bool was_never_ready_ = false;  // and has been tried
};

// A port that nobody listens on where a server listens by itself, chosen by the system.
[[nodiscard]] std::uint16_t free_port();

// A connection to the server; throws CheckFailure where none is to be had.
[[nodiscard]] Wire connect_to(const RunningServer& server);

// Sends, and expects exactly this reply within reply_patience.
void expect_reply(Wire& wire, const WireBytes& sent, const WireBytes& expected);

// One challenge that any conforming server answers; message_bytes decides its length.
void expect_service(Wire& wire, std::size_t message_bytes = 4);

// A new connection is served.
void expect_still_serving(const RunningServer& server);

// `count` connections at once, none of them used yet. Skips the check where the tester may not have
// as many descriptors.
[[nodiscard]] std::vector<Wire> connect_many(const RunningServer& server, std::size_t count);

}  // namespace volley
