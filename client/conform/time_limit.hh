// The time limit of a check, and its progress. Every wait of the tester goes through here, so that
// no check exceeds its limit and a terminal shows what it is doing.
//
// One check runs at a time, in one thread. The current check is kept here rather than passed
// through every call.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace volley {

using Patience = std::chrono::milliseconds;

// Limit of the check of this name. Server starts do not count: they have a deadline of their own.
[[nodiscard]] Patience limit_of(const std::string& check);

// For its lifetime this check is under way: number `number` of `of`. On a terminal a line on stderr
// shows it, and is erased at the end.
class CheckUnderWay {
  public:
    CheckUnderWay(const std::string& name, std::size_t number, std::size_t of, Patience limit);
    ~CheckUnderWay();
    CheckUnderWay(const CheckUnderWay&) = delete;
    CheckUnderWay& operator=(const CheckUnderWay&) = delete;
};

// For its lifetime the limit's clock is stopped.
class LimitStandsStill {
  public:
    LimitStandsStill();
    ~LimitStandsStill();
    LimitStandsStill(const LimitStandsStill&) = delete;
    LimitStandsStill& operator=(const LimitStandsStill&) = delete;
};

// Progress, "612 of 1000 connections were open": for the line, and for the failure if the limit is
// reached.
void note_progress(const std::string& progress);
// A connection request got no answer at first: the effect of a listen queue that is too short.
void note_late_connection();
// "; 300 connection requests had to be sent again …" and the likely cause, or "".
[[nodiscard]] std::string late_connections_text();

// Throws CheckFailure if the current check has reached its limit.
void keep_to_limit();

// poll(2) until then, or until the limit of the current check, when it throws CheckFailure. Returns
// how many are ready; 0: the time is over.
[[nodiscard]] int poll_until(pollfd* entries, std::size_t count,
                             std::chrono::steady_clock::time_point deadline);
// Sleeps, within the limit.
void pause_for(Patience time);

}  // namespace volley
