// Why a connection failed, and the remedy: one table for all code that connects.
#pragma once

#include "transport/address.hh"
#include "transport/refusal.hh"

namespace volley {

// error: the errno of socket(2), of connect(2) or SO_ERROR. Inspects this machine if an errno has
// more than one cause.
[[nodiscard]] Refusal explain_connect_failure(int error, const Address& address);

}  // namespace volley
