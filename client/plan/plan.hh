// Turns the user's options and the machine's facts into a plan. After this, nothing more is chosen.
//
// The code is pure, so it can also plan for machines other than this one; facts about this one come
// in MachineFacts. It opens no socket and starts nothing.
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
    std::uint64_t descriptor_limit = 0;  // the highest limit that this process may set for itself
    TransportFacts transports;           // the limits of the transports
    std::uint64_t random = 0;            // a seed, used if none is given
};

struct Plan {
    MeasurementSpec spec;
    std::string server_name;
    std::uint64_t descriptors_needed = 0;  // by the client; the server needs as many
    std::vector<std::string>
        notes;  // choices made for what the user left open, each with its reason; one line each
};

// metadata: the server's; not found() if there is none. Throws Error(usage) if the request cannot
// be met on this machine, and Error(skipped) if the server does not speak the transport.
[[nodiscard]] Plan make_plan(const Options& options, const Topology& topology,
                             const ServerMetadata& metadata, const MachineFacts& facts);

// The plan as text for --print-plan.
[[nodiscard]] std::string plan_report(const Plan& plan);

// The two commands that repeat a run by hand: the server's, and the client's with every option in
// force that differs from its default, except where results go.
[[nodiscard]] std::string numactl_commands(const Options& options, const Plan& plan);

}  // namespace volley
