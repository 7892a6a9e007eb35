// Compares probabilities that may be exactly equal.
#pragma once

namespace volley {

// A limit times this distinguishes an exact tie (such as 1/32 at a confidence of 0.9375) from
// rounding.
inline constexpr double tie = 1 + 1e-12;

}  // namespace volley
