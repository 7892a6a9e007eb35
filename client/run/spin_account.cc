#include "run/spin_account.hh"

namespace volley {

void SpinAccount::note_phase(Phase phase, TimePoint at) {
    if (phase_ == Phase::warmup && phase != Phase::warmup) {
        began_ = at;
        ended_ = at;
        empty_before_ = empty_;
        empty_at_end_ = empty_;
    }
    if (phase == Phase::measured || phase_ == Phase::measured) {
        ended_ = at;
        empty_at_end_ = empty_;
    }
    phase_ = phase;
}

std::optional<double> SpinAccount::busy_share() const {
    const std::size_t known = std::min<std::size_t>(sampled_, samples_.size());
    const Duration wall = ended_ - began_;
    if (wall <= Duration::zero()) {
        return std::nullopt;
    }
    const auto empty = static_cast<double>(empty_at_end_ - empty_before_);
    if (empty == 0) {
        return 1.0;
    }
    if (known == 0) {
        return std::nullopt;
    }
    std::array<Duration, kept_samples> sorted = samples_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(known / 2);
    std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(known));
    const double idle = empty * to_seconds(*middle) / to_seconds(wall);
    return std::clamp(1 - idle, 0.0, 1.0);
}

}  // namespace volley
