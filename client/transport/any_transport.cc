#include "transport/any_transport.hh"

#include <algorithm>

#include "base/error.hh"

namespace volley {

std::vector<AnyTransport> transports_to(const Endpoint& endpoint) {
    return std::visit(
        [](const auto& one) {
            auto found = one.transports();
            return std::vector<AnyTransport>(std::make_move_iterator(found.begin()),
                                             std::make_move_iterator(found.end()));
        },
        endpoint.which());
}

const std::string& text_of(const AnyTransport& transport) {
    return std::visit([](const auto& one) -> const std::string& { return one.text; }, transport);
}

const std::string& host_of(const AnyTransport& transport) {
    return std::visit([](const auto& one) -> const std::string& { return one.host; }, transport);
}

AnyTransport first_that_serves(const Endpoint& endpoint,
                               const std::vector<AnyTransport>& candidates,
                               const TryTransport& attempt) {
    std::string tried;
    std::vector<std::string> remedies;
    for (std::size_t at = 0; at < candidates.size(); ++at) {
        const auto refusal = attempt(candidates[at], candidates.size() - at - 1);
        if (!refusal) {
            return candidates[at];
        }
        tried +=
            (tried.empty() ? "" : ", ") + text_of(candidates[at]) + " (" + refusal->cause + ")";
        if (std::find(remedies.begin(), remedies.end(), refusal->remedy) == remedies.end()) {
            remedies.push_back(refusal->remedy);
        }
    }
    std::string remedy;
    for (const auto& one : remedies) {
        remedy += (remedy.empty() ? "" : "; or ") + one;
    }
    throw Error(ExitCode::failed,
                candidates.size() == 1
                    ? "no server at " + tried
                    : "no server at any of the " + std::to_string(candidates.size()) +
                          " addresses of '" + endpoint.host() + "': " + tried,
                remedy);
}

}  // namespace volley
