#include "sweep/builds.hh"

#include "base/build_info.hh"
#include "base/error.hh"
#include "host/file_hash.hh"

namespace volley {

namespace {

std::string afresh(const std::string& path) {
    return "restore that build to resume; to start afresh, choose another --out, or move " + path +
           " away";
}

}  // namespace

void Builds::refuse_server(const std::string& name, const std::string& change,
                           ExitCode code) const {
    const std::string before =
        code == ExitCode::usage ? "in the runs of " + path_ : "when the sweep began";
    throw Error(code, "the server " + name + " is not the same build as " + before + ": " + change,
                afresh(path_));
}

void Builds::add(const MeasurementContext& context, const RunResult& run, ExitCode code) {
    if (!client_) {
        client_.emplace();
        client_->version = context.version;
        client_->build = context.build;
        client_->client_hash = context.client_hash;
    }
    if (run.server_fingerprint.empty()) {
        return;
    }
    const auto [known, is_first] = servers_.emplace(context.server_name, run.server_fingerprint);
    if (is_first) {
        return;
    }
    if (const auto file = differing_file(known->second, run.server_fingerprint)) {
        if (code == ExitCode::usage) {
            throw Error(code,
                        path_ + " holds runs of two builds of the server " + context.server_name +
                            " (" + *file + " differs)",
                        "choose another --out, or move " + path_ + " away to start afresh");
        }
        refuse_server(context.server_name, *file + " was replaced", code);
    }
}

void Builds::check_server(const GridCell& cell, ExitCode code) const {
    const auto known = servers_.find(cell.cell.key.server());
    if (known == servers_.end() || !cell.plan || !cell.plan->spec.run.server) {
        return;
    }
    const auto& command = cell.plan->spec.run.server->command;
    if (const auto change = changed_file(known->second, fingerprint_of(command), command)) {
        refuse_server(cell.cell.key.server(), *change, code);
    }
}

void Builds::check_client(const MeasurementContext& own) const {
    if (!client_) {
        return;
    }
    const bool same_program =
        !client_->client_hash || !own.client_hash || *client_->client_hash == *own.client_hash;
    if (client_->version == own.version && client_->build == own.build && same_program) {
        return;
    }
    const bool same_words = client_->version == own.version && client_->build == own.build;
    throw Error(ExitCode::usage,
                path_ + " holds runs of another build of volley (" + client_->version + " there, " +
                    own.version + " here" +
                    (same_words                        ? ", and the programs differ"
                     : client_->version == own.version ? ", with other compilers or flags"
                                                       : "") +
                    ")",
                afresh(path_));
}

MeasurementContext own_build() {
    MeasurementContext own;
    own.version = std::string(version_text) + " (" + build_revision + ")";
    own.build = std::string(build_compiler) + ": " + build_flags;
    const std::string hash = own_hash();
    own.client_hash = hash.empty() ? std::nullopt : std::optional(hash);
    return own;
}

}  // namespace volley
