// Why a server cannot be reached, and the remedy.
#pragma once

#include <string>

namespace volley {

struct Refusal {
    std::string cause;   // "Connection refused: nothing listens there"
    std::string remedy;  // what to do about it
};

}  // namespace volley
