#include "stats/student.hh"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <map>
#include <mutex>
#include <utility>

#include "base/error.hh"

namespace volley {

namespace {

// Far more pairs than a measurement uses (32 to 64 windows, up to 60 runs, a few confidences). The
// limit only keeps many different degrees of freedom from growing the cache without end.
constexpr std::size_t most_cached = 4096;

void check_confidence(double confidence) {
    ensure(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
}

}  // namespace

double student_t_critical(double df, double confidence) {
    check_confidence(confidence);
    ensure(df >= 1, "Student's t is asked for with at least one degree of freedom");
    static std::mutex guard;
    static std::map<std::pair<double, double>, double> cache;
    const std::scoped_lock lock(guard);
    const auto key = std::make_pair(df, confidence);
    if (const auto known = cache.find(key); known != cache.end()) {
        return known->second;
    }
    // The complement keeps the digits of a confidence near 1 (Bonferroni).
    const double critical = boost::math::quantile(
        boost::math::complement(boost::math::students_t(df), (1 - confidence) / 2));
    if (cache.size() >= most_cached) {
        cache.clear();
    }
    cache.emplace(key, critical);
    return critical;
}

double normal_critical(double confidence) {
    check_confidence(confidence);
    return boost::math::quantile(
        boost::math::complement(boost::math::normal(), (1 - confidence) / 2));
}

}  // namespace volley
