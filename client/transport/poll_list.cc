#include "transport/poll_list.hh"

#include <algorithm>

namespace volley {

void PollList::clear() {
    polled_.clear();
    has_unpollable_ = false;
}

void PollList::add(const WaitsFor& what) {
    if (what.handle < 0) {
        has_unpollable_ = true;
    } else {
        polled_.push_back(polled(what));
    }
}

bool PollList::wait(int milliseconds) {
    constexpr int between_questions_ms = 1;
    const int limit = has_unpollable_ ? std::min(milliseconds, between_questions_ms) : milliseconds;
    return ::poll(polled_.data(), polled_.size(), limit) > 0 || has_unpollable_;
}

}  // namespace volley
