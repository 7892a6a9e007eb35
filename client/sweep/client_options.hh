// The options of the measuring client that a sweep accepts after --: those that apply to every run.
//
// Options that the grid varies, that the sweep decides itself or that say where results go are
// refused, with what to use instead. Values are checked where they are read (options/).
#pragma once

#include <string>
#include <vector>

namespace volley {

// Throws Error(usage).
void check_client_options(const std::vector<std::string>& words);

}  // namespace volley
