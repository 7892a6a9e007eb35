#include "stats/rank_sum.hh"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.hh"
#include "stats/student.hh"
#include "stats/tie.hh"

namespace volley {

namespace {

// Up to here the exact distribution takes a millisecond at most. Beyond, the normal one is within
// three ranks of it at 95 %; at higher confidence it is too wide rather than too narrow.
constexpr std::size_t most_exact_pairs = 1000;

// P(U = u) for groups of a and b values of one continuous distribution, u from 0 to a·b. The
// recurrence of Mann and Whitney (1947) asks which group has the greatest of all values: if the
// first, that value exceeds all b of the second. It only adds, so no digit is lost.
std::vector<double> distribution_of_u(std::size_t a, std::size_t b) {
    // row[j]: for groups of i and j values, with the current i.
    std::vector<std::vector<double>> row(b + 1, std::vector<double>(a * b + 1, 0.0));
    for (auto& of_none : row) {
        of_none[0] = 1;
    }
    for (std::size_t i = 1; i <= a; ++i) {
        for (std::size_t j = 1; j <= b; ++j) {
            const double first = static_cast<double>(i) / static_cast<double>(i + j);
            const std::vector<double>& fewer = row[j - 1];
            std::vector<double>& here = row[j];
            // Downwards, because the values read from the previous i lie below.
            for (std::size_t u = i * j + 1; u-- > 0;) {
                here[u] = first * (u >= j ? here[u - j] : 0) + (1 - first) * fewer[u];
            }
        }
    }
    return row[b];
}

std::size_t exact_rank(std::size_t a, std::size_t b, double tail) {
    const auto probability = distribution_of_u(a, b);
    double below = 0;
    std::size_t rank = 0;
    while (rank < probability.size() && below + probability[rank] <= tail * tie) {
        below += probability[rank];
        ++rank;
    }
    return rank;
}

std::size_t normal_rank(double a, double b, double confidence) {
    const double deviation = std::sqrt(a * b * (a + b + 1) / 12);
    const double rank = a * b / 2 - normal_critical(confidence) * deviation + 0.5;
    return rank < 1 ? 0 : static_cast<std::size_t>(rank);
}

}  // namespace

std::optional<std::size_t> rank_sum_interval_rank(std::size_t a, std::size_t b, double confidence) {
    ensure(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
    ensure(a > 0 && b > 0, "a shift lies between two groups of values");
    const std::size_t rank =
        a * b <= most_exact_pairs
            ? exact_rank(a, b, (1 - confidence) / 2)
            : normal_rank(static_cast<double>(a), static_cast<double>(b), confidence);
    return rank == 0 ? std::nullopt : std::optional(rank);
}

std::size_t least_values_for(double confidence) {
    // The most extreme arrangement on either side has the probability 1 / C(2n, n).
    std::size_t values = 1;
    for (double extreme = 0.5; 2 * extreme > (1 - confidence) * tie; ++values) {
        const auto next = static_cast<double>(values + 1);
        extreme *= next * next / ((2 * next) * (2 * next - 1));
    }
    return values;
}

Estimate shift_between(std::span<const double> a, std::span<const double> b, double confidence) {
    ensure(!a.empty() && !b.empty(), "a shift lies between two groups of values");
    std::vector<double> differences;
    differences.reserve(a.size() * b.size());
    for (const double upper : a) {
        for (const double lower : b) {
            differences.push_back(upper - lower);
        }
    }
    std::sort(differences.begin(), differences.end());
    const std::size_t count = differences.size();
    Estimate shift;
    shift.point = (differences[(count - 1) / 2] + differences[count / 2]) / 2;
    if (const auto rank = rank_sum_interval_rank(a.size(), b.size(), confidence)) {
        shift.interval = Interval{differences[*rank - 1], differences[count - *rank]};
    }
    return shift;
}

}  // namespace volley
