// Test-only: a machine and a plan that give no warnings, and helpers to look at the warnings of
// others.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "host/warnings.hh"

namespace volley::warnings_fixture {

using Ids = std::vector<std::string>;

inline Ids ids_of(const std::vector<Warning>& warnings) {
    Ids ids;
    for (const Warning& warning : warnings) {
        ids.push_back(warning.id);
    }
    return ids;
}

inline bool has(const std::vector<Warning>& warnings, const std::string& id) {
    const Ids ids = ids_of(warnings);
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

inline const Warning& only(const std::vector<Warning>& warnings, const std::string& id) {
    EXPECT_EQ(ids_of(warnings), Ids{id});
    return warnings.at(0);
}

// A machine that gives no warnings.
inline Environment quiet_machine() {
    Environment environment;
    environment.online_cpus = 4;
    environment.allowed_cpus = {0, 1, 2, 3};
    environment.clock_source = "tsc";
    environment.governor = "performance";
    environment.frequency_driver = "intel_pstate";
    environment.turbo = false;
    environment.smt_active = false;
    environment.numa_balancing = false;
    environment.autogroup = false;
    environment.idle_driver = "intel_idle";
    environment.idle_states = 0;
    environment.virtualization = "none";
    environment.other_load = 0.01;
    environment.descriptor_limit = 1024;
    return environment;
}

inline Placement good_plan() {
    return {.server_cpus = {1},
            .client_cpus = {2},
            .server_nodes = {0},
            .client_nodes = {0},
            .sharing = Sharing::none};
}

}  // namespace volley::warnings_fixture
