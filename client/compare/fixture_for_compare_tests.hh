// Test-only: made-up result files of a few cells, as text, and what is read from them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "compare/analysis.hh"
#include "report/fixture_for_tests.hh"
#include "report/json.hh"

namespace volley::fixture {

// One run of one cell.
struct MadeRun {
    std::string server = "c-epoll";
    std::uint64_t round = 1;
    std::uint64_t base_ns = 8'000;  // the fastest round trip
    std::size_t clients = 16;
    std::string error;        // not empty: the run failed
    std::string measurement;  // "": one for each server, number of connections and round
    std::string kernel = "6.1.0-18-amd64";
};

inline std::string line_of(const MadeRun& made) {
    MeasurementContext context = fixture::context();
    context.server_name = made.server;
    context.connections = made.clients;
    context.round = made.round;
    context.environment.kernel = made.kernel;
    context.id = made.measurement.empty() ? made.server + "-" + std::to_string(made.clients) + "-" +
                                                std::to_string(made.round)
                                          : made.measurement;
    RunResult run = fixture::run(made.round + 1, made.base_ns, 1024);
    run.number = 1;
    char started[32];
    std::snprintf(started, sizeof started, "2025-01-02T03:%02u:00Z",
                  static_cast<unsigned>(made.round % 60));
    run.started = started;
    if (!made.error.empty()) {
        run.complete = false;
        run.error = made.error;
    }
    return json_run_line(context, run);
}

// Rounds 1 to `rounds`. The machine drifts, equally for both runs of a round. ratio: of `server` to
// a server at 1.
inline std::string lines_of(const std::string& server, double ratio, std::uint64_t rounds,
                            std::size_t clients = 16) {
    std::string lines;
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        const double drift = 8'000 + 150 * static_cast<double>(round);
        lines += line_of({.server = server,
                          .round = round,
                          .base_ns = static_cast<std::uint64_t>(drift * ratio),
                          .clients = clients});
    }
    return lines;
}

inline Results read(const std::string& lines, Detail detail = Detail::figures,
                    const std::string& name = "made.jsonl") {
    std::istringstream input(lines);
    return load_results(input, name, detail, 0.95);
}

inline AnalysisRequest request() {
    AnalysisRequest request;
    request.statistic = find_statistic("mean");
    return request;
}

inline std::vector<std::string> servers_of(const Analysis& analysis, std::size_t group) {
    std::vector<std::string> servers;
    for (const std::size_t cell : analysis.groups.at(group).cells) {
        servers.push_back(analysis.cells()[cell].key.server());
    }
    return servers;
}

// The verdict of a server against the baseline, by its mean; "" if there is none.
inline std::string verdict_for(const Analysis& analysis, const std::string& server) {
    for (const auto& comparison : analysis.comparisons) {
        if (analysis.cells()[comparison.cell].key.server() == server &&
            comparison.statistic == find_statistic("mean")) {
            return verdict_of(comparison.paired);
        }
    }
    return "";
}

// The last digits of logarithms differ between mathematics libraries, so golden files hold six.
inline std::string rounded(const std::string& text) {
    constexpr std::size_t most_decimals = 4;  // more come from a computation
    std::string all;
    for (const char* at = text.c_str(); *at != '\0';) {
        char* end = nullptr;
        const double number = *at >= '0' && *at <= '9' ? std::strtod(at, &end) : 0;
        if (end == nullptr) {
            all += *at++;
            continue;
        }
        const std::string_view digits(at, static_cast<std::size_t>(end - at));
        const auto point = digits.find('.');
        if (point != std::string_view::npos && digits.size() - point - 1 > most_decimals) {
            char shorter[64];
            std::snprintf(shorter, sizeof shorter, "%.6g", number);
            all += shorter;
        } else {
            all += digits;
        }
        at = end;
    }
    return all;
}

}  // namespace volley::fixture
