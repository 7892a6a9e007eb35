#include "conform/time_limit.hh"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/retry.hh"
#include "conform/check.hh"
#include "report/live.hh"

namespace volley {
namespace {

using Clock = std::chrono::steady_clock;

// Most checks take milliseconds. Those below wait for something slow: thousands of connections in
// sequence, a recovery, several attempts. servers/check gives conform as a whole more than the sum
// of all limits (a test compares them).
constexpr Patience ordinary_limit{10000};

struct Limit {
    std::string_view check;
    Patience limit;
};
constexpr std::array<Limit, 12> longer_limits{{
    {"wrong-port", Patience(20000)},
    {"connections-1000", Patience(30000)},
    {"no-descriptor-leaks", Patience(30000)},
    {"connections-10000-left", Patience(75000)},
    {"byte-and-leave", Patience(60000)},
    {"flood-of-resets", Patience(60000)},
    {"without-descriptors", Patience(60000)},
    {"idle-costs-nothing", Patience(30000)},
    {"sigterm-busy", Patience(45000)},
    {"sigint-busy", Patience(45000)},
    {"restart-on-the-same-port", Patience(40000)},
    {"size-1048576", Patience(20000)},
}};

constexpr Patience between_looks{200};

struct UnderWay {
    std::string name;
    std::string place;  // "3 of 57"
    Patience limit;
    Clock::time_point began;
    Clock::time_point deadline;
    std::string progress = {};
    std::size_t late_connections = 0;
};
std::optional<UnderWay> under_way;
std::optional<Clock::time_point> standing_still_since;

LiveLine& live_line() {
    static LiveLine line;
    return line;
}

void show() {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - under_way->began);
    live_line().show(under_way->name + "  " + under_way->place + "  " +
                     std::to_string(seconds.count()) + " s" +
                     (under_way->progress.empty() ? "" : "  " + under_way->progress));
}

std::string seconds_text(Patience time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

Patience limit_of(const std::string& check) {
    const auto* const found = std::find_if(longer_limits.begin(), longer_limits.end(),
                                           [&](const Limit& one) { return one.check == check; });
    return found == longer_limits.end() ? ordinary_limit : found->limit;
}

CheckUnderWay::CheckUnderWay(const std::string& name, std::size_t number, std::size_t of,
                             Patience limit) {
    const auto now = Clock::now();
    under_way = UnderWay{.name = name,
                         .place = std::to_string(number) + " of " + std::to_string(of),
                         .limit = limit,
                         .began = now,
                         .deadline = now + limit};
    show();
}

CheckUnderWay::~CheckUnderWay() {
    live_line().erase();
    under_way.reset();
}

LimitStandsStill::LimitStandsStill() {
    standing_still_since = Clock::now();
}

LimitStandsStill::~LimitStandsStill() {
    if (under_way) {
        under_way->deadline += Clock::now() - *standing_still_since;
    }
    standing_still_since.reset();
}

void note_progress(const std::string& progress) {
    if (under_way) {
        under_way->progress = progress;
    }
}

void note_late_connection() {
    if (under_way) {
        ++under_way->late_connections;
    }
}

std::string late_connections_text() {
    if (!under_way || under_way->late_connections == 0) {
        return "";
    }
    return "; " + std::to_string(under_way->late_connections) +
           " connection requests had to be sent again after a second: the likely cause is a listen "
           "queue that is too short; call listen(fd, SOMAXCONN)";
}

void keep_to_limit() {
    if (under_way && !standing_still_since && Clock::now() >= under_way->deadline) {
        const UnderWay& one = *under_way;
        throw CheckFailure{"everything that " + one.name + " sends",
                           "done within " + seconds_text(one.limit),
                           (one.progress.empty() ? "not done" : one.progress) + " after " +
                               seconds_text(one.limit) + late_connections_text()};
    }
}

int poll_until(pollfd* entries, std::size_t count, Clock::time_point deadline) {
    for (;;) {
        keep_to_limit();
        if (under_way && live_line().is_terminal()) {
            show();
        }
        const auto left = std::chrono::ceil<Patience>(deadline - Clock::now());
        const Patience slice = std::clamp(left, Patience(0), between_looks);
        const int ready =
            retry_on_eintr([&] { return ::poll(entries, count, static_cast<int>(slice.count())); });
        if (ready != 0 || Clock::now() >= deadline) {
            return std::max(ready, 0);
        }
    }
}

void pause_for(Patience time) {
    static_cast<void>(poll_until(nullptr, 0, Clock::now() + time));
}

}  // namespace volley
