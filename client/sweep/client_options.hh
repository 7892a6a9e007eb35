// Which options of the measuring client a sweep takes after --: those that hold for every run.
//
// What the grid varies, what the sweep decides itself and where results go is refused, with the way
// to say it. Values are checked where they are read (options/).
#pragma once

#include <string>
#include <vector>

namespace volley {

// Throws Error(usage).
void check_client_options(const std::vector<std::string>& words);

}  // namespace volley
