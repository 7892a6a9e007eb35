#include "report/live.hh"

#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/retry.hh"
#include "base/units.hh"
#include "report/layout.hh"
#include "report/text_values.hh"

namespace volley {

namespace {

constexpr std::size_t columns_where_unknown = 80;

// A part of the line and its rank when room is short: the greatest rank is dropped first.
struct Part {
    std::string text;
    int expendable = 0;
};

std::vector<Part> parts_of(const LiveStatus& status) {
    std::vector<Part> parts;
    parts.push_back({whole_time(std::floor(status.elapsed_seconds)), 0});
    parts.push_back({"run " + std::to_string(status.runs_done + 1), 4});
    parts.push_back({format_count(static_cast<double>(status.round_trips)) + " round trips", 5});
    if (!status.statistic.empty() && status.estimate) {
        const Estimate& estimate = *status.estimate;
        parts.push_back({status.statistic + " " + value_text(status.unit, estimate.point), 1});
        if (estimate.interval) {
            parts.push_back({"[" + value_text(status.unit, estimate.interval->low) + ", " +
                                 value_text(status.unit, estimate.interval->high) + "]",
                             3});
        }
        if (const auto precision = estimate.precision()) {
            std::array<char, 32> text{};
            std::snprintf(text.data(), text.size(), "±%.1f %%", *precision * 100);
            parts.push_back({text.data(), 1});
        }
    }
    if (status.left_seconds) {
        parts.push_back({"about " + whole_time(*status.left_seconds) + " left", 2});
    }
    return parts;
}

std::string joined(const std::vector<Part>& parts) {
    std::string text;
    for (const auto& part : parts) {
        text += (text.empty() ? "" : "  ") + part.text;
    }
    return text;
}

}  // namespace

std::string live_text(const LiveStatus& status, std::size_t columns) {
    std::vector<Part> parts = parts_of(status);
    std::string text = joined(parts);
    while (columns_of(text) > columns && parts.size() > 1) {
        parts.erase(std::max_element(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
            return a.expendable < b.expendable;
        }));
        text = joined(parts);
    }
    return cut(text, columns);
}

LiveLine::LiveLine(int fd) : fd_(fd), is_terminal_(::isatty(fd) == 1) {}

void LiveLine::write(const std::string& text) const {
    // The line is decoration: if the terminal takes only a part of it, or none, that is no reason
    // to stop.
    [[maybe_unused]] const auto written =
        retry_on_eintr([&] { return ::write(fd_, text.data(), text.size()); });
}

std::size_t LiveLine::columns() const {
    winsize size{};
    const bool known = ::ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    // The last column stays free: writing there makes some terminals begin a new line.
    return (known ? size.ws_col : columns_where_unknown) - 1;
}

void LiveLine::show(const LiveStatus& status) {
    show(live_text(status, columns()));
}

void LiveLine::show(const std::string& line) {
    // On a terminal set to stop background output (stty tostop), a line from the background would
    // stop the program during a measurement. On others, it would mix with what the user types.
    const pid_t foreground = is_terminal_ ? ::tcgetpgrp(fd_) : -1;
    if (!is_terminal_ || (foreground > 0 && foreground != ::getpgrp())) {
        return;
    }
    const std::size_t columns = this->columns();
    const std::string text = cut(printable(line), columns);
    write("\r" + pad_right(text, std::min(shown_, columns)));
    shown_ = columns_of(text);
}

void LiveLine::erase() {
    if (is_terminal_ && shown_ > 0) {
        write("\r" + std::string(shown_, ' ') + "\r");
        shown_ = 0;
    }
}

}  // namespace volley
