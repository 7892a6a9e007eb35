// Student's t quantiles, cached by degrees of freedom: Boost.Math takes about 14 µs for one.
#pragma once

namespace volley {

// The two-sided critical value: P(|T| <= t) = confidence, for df >= 1 (real-valued df allowed).
// confidence in (0, 1). Thread-safe.
[[nodiscard]] double student_t_critical(double df, double confidence);

// The two-sided normal critical value, 1.96 at 0.95.
[[nodiscard]] double normal_critical(double confidence);

}  // namespace volley
