// Why a connection does not come to stand, and what helps: one table for every place that connects.
#pragma once

#include "transport/address.hh"
#include "transport/refusal.hh"

namespace volley {

// error: the errno of socket(2), of connect(2) or SO_ERROR. Looks at this machine where an errno
// has more than one cause.
[[nodiscard]] Refusal explain_connect_failure(int error, const Address& address);

}  // namespace volley
