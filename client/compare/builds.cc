#include "compare/builds.hh"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "base/joined.hh"
#include "report/text_values.hh"

namespace volley {

namespace {

// The build among `builds` that a fingerprint belongs to, or the name of the file that differs from
// the last build examined.
std::pair<bool, std::string> look_up(const std::vector<Fingerprint>& builds,
                                     const Fingerprint& fingerprint) {
    std::string file;
    for (const auto& build : builds) {
        const auto differing = differing_file(build, fingerprint);
        if (!differing) {
            return {true, ""};
        }
        file = *differing;
    }
    return {false, file};
}

}  // namespace

void add_build(std::vector<Fingerprint>& builds, const Fingerprint& fingerprint) {
    if (!fingerprint.empty() && !look_up(builds, fingerprint).first) {
        builds.push_back(fingerprint);
    }
}

std::vector<FoundWarning> mixed_builds(const std::vector<const Cell*>& cells) {
    struct OfServer {
        std::vector<Fingerprint> builds;
        std::size_t cells = 0;
        std::string file;  // that differs
    };
    std::map<std::string, OfServer> servers;
    for (const Cell* cell : cells) {
        OfServer& server = servers[cell->key.server()];
        ++server.cells;
        for (const auto& build : cell->builds) {
            const auto [is_known, file] = look_up(server.builds, build);
            if (!is_known) {
                server.builds.push_back(build);
                server.file = file;
            }
        }
    }
    std::vector<FoundWarning> found;
    for (const auto& [name, server] : servers) {
        if (server.builds.size() > 1) {
            found.push_back(
                {{"other-server-build",
                  "the runs of " + name + " are from " + std::to_string(server.builds.size()) +
                      " builds of the server (" + server.file +
                      " differs), and its figures mix them",
                  "measure it again into a new result file, or compare the builds under two "
                  "names: benchmark/sweep.sh --servers old=PATH,new=PATH"},
                 server.cells,
                 "comparability"});
        }
    }
    return found;
}

BuildChange build_change(const ChangedCell& cell) {
    const auto& older = cell.older->builds;
    const auto& newer = cell.newer->builds;
    if (older.empty() || newer.empty()) {
        return BuildChange::unknown;
    }
    const bool is_other = std::any_of(newer.begin(), newer.end(), [&](const Fingerprint& build) {
        return !look_up(older, build).first;
    });
    return is_other ? BuildChange::other : BuildChange::same;
}

std::vector<std::string> build_notes(const Change& change) {
    std::map<BuildChange, std::set<std::string>> servers;
    for (const auto& cell : change.cells) {
        servers[build_change(cell)].insert(cell.older->key.server());
    }
    constexpr std::array<std::pair<BuildChange, const char*>, 2> words{
        {{BuildChange::other, "NEW has another build of the server: "},
         {BuildChange::same, "both files have the same build of the server: "}}};
    std::vector<std::string> notes;
    for (const auto& [kind, text] : words) {
        if (servers.count(kind) != 0) {
            notes.push_back(text + joined(servers[kind], ", "));
        }
    }
    return notes;
}

}  // namespace volley
