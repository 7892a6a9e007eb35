// Why a connection does not come to stand, and what helps: one table for every place that connects.
#pragma once

#include <string>

#include "transport/address.hh"

namespace volley {

struct ConnectFailure {
    std::string cause;   // "Connection refused: nothing listens there"
    std::string remedy;  // what to do about it
};

// error: the errno of socket(2), of connect(2) or SO_ERROR. Looks at this machine where an errno
// has more than one cause.
[[nodiscard]] ConnectFailure explain_connect_failure(int error, const Address& address);

}  // namespace volley
