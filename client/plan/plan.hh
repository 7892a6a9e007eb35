// From what the user asked and what the machine is to what will be done: after this nothing is
// chosen any more.
//
// Pure, so that it can be asked about machines that are not here; the facts that it needs from this
// one come in MachineFacts. It opens no socket and starts nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/placement.hh"
#include "host/topology.hh"
#include "options/options.hh"
#include "run/server_metadata.hh"
#include "run/spec.hh"

namespace volley {

struct MachineFacts {
    std::uint64_t descriptor_limit = 0;  // the most that this process may raise itself to
    TransportFacts transports;           // what transports may take
    std::uint64_t random = 0;            // a seed, where none is given
};

struct Plan {
    MeasurementSpec spec;
    std::string server_name;
    std::uint64_t descriptors_needed = 0;  // by the client, and as many by the server
    std::vector<std::string>
        notes;  // what was chosen where the user left it open, and why; one line each
};

// metadata: of the server, not found() where there is none. Throws Error(usage) where what is asked
// cannot be done on this machine, and Error(skipped) where the server does not speak
// the transport.
[[nodiscard]] Plan make_plan(const Options& options, const Topology& topology,
                             const ServerMetadata& metadata, const MachineFacts& facts);

// The plan as text for --print-plan.
[[nodiscard]] std::string plan_report(const Plan& plan);

// The two commands with which a run could be repeated by hand: the server's, and the client's with
// every option in force that is not its default, but for where results go.
[[nodiscard]] std::string numactl_commands(const Options& options, const Plan& plan);

}  // namespace volley
