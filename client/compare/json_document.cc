#include <nlohmann/json.hpp>
#include <variant>

#include "base/build_info.hh"
#include "compare/builds.hh"
#include "compare/comparability.hh"
#include "compare/documents.hh"
#include "compare/facts.hh"

namespace volley {

namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

void add_interval(Json& object, const std::optional<Interval>& interval) {
    object["low"] = interval ? Json(interval->low) : Json(nullptr);
    object["high"] = interval ? Json(interval->high) : Json(nullptr);
}

Json figures_json(const Cell& cell) {
    Json all = Json::object();
    const bool single = cell.complete_runs() == 1;
    for (const auto& figure : cell.figures) {
        Json& entry = all[std::string(figure.field->name)];
        entry = {{"unit", figure.field->unit}, {"value", or_null(figure.value)}};
        if (figure.interval) {
            add_interval(entry, figure.interval);
            entry["scope"] = single ? "within_run" : "over_runs";
        }
    }
    return all;
}

Json comparison_json(const std::optional<Comparison>& comparison) {
    Json entry = {{"verdict", verdict_of(comparison)}};
    if (comparison) {
        entry["ratio"] = comparison->ratio.point;
        add_interval(entry, comparison->ratio.interval);
        if (comparison->paired_t) {
            entry["t_low"] = comparison->paired_t->low;
            entry["t_high"] = comparison->paired_t->high;
        }
        entry["rounds"] = comparison->rounds;
        entry["rounds_needed"] = or_null(comparison->rounds_needed);
    }
    return entry;
}

Json key_json(const CellKey& key) {
    Json object = Json::object();
    for (const Factor& factor : factors()) {
        const auto add = [&](const auto& value) { object[factor.name] = value; };
        std::visit(add, key[factor]);
        if (!is_known(key, factor)) {
            object[factor.name] = nullptr;
        }
    }
    return object;
}

void add_side(Json& object, const Cell& cell) {
    object["runs"] = cell.runs.size();
    object["complete_runs"] = cell.complete_runs();
    object["failure"] = cell.failure();
    object["skipped"] = cell.skipped;
    object["figures"] = figures_json(cell);
}

Json warnings_json(const std::vector<FoundWarning>& warnings) {
    Json all = Json::array();
    for (const auto& found : warnings) {
        all.push_back({{"id", found.warning.id},
                       {"message", found.warning.message},
                       {"remedy", found.warning.remedy},
                       {"cells", found.cells},
                       {"scope", found.scope}});
    }
    return all;
}

Json environment_json(const Results& results) {
    Json all = Json::object();
    for (const auto& fact : facts_of(pointers_to(results.cells))) {
        all[fact.key] = fact.values;
    }
    return all;
}

Json beginning(const char* kind, const AnalysisRequest& request, const ClaimFamily& family) {
    return {{"schema", "volley-comparison"},
            {"schema_version", comparison_schema_version},
            {"kind", kind},
            {"compare_version", std::string(version_text) + " (" + build_revision + ")"},
            {"statistic", request.statistic->name},
            {"confidence", request.confidence},
            {"comparisons", family.comparisons()}};
}

std::string as_text(const Json& document) {
    return document.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string json_document(const Analysis& analysis) {
    Json document = beginning("ranking", analysis.request, analysis.family);
    document["file"] = analysis.results.file;
    document["by"] = analysis.request.by->name;
    document["baseline_rule"] = analysis.baseline_rule;
    document["problems"] = analysis.results.problems;
    document["repeated_rounds"] = analysis.repeated_rounds;
    document["groups"] = Json::array();
    for (const auto& group : analysis.groups) {
        Json cells = Json::array();
        for (const std::size_t at : group.cells) {
            const Cell& cell = analysis.cells()[at];
            Json entry = key_json(cell.key);
            entry["baseline"] = group.baseline == at;
            add_side(entry, cell);
            entry["against_baseline"] = Json::object();
            for (const Field* statistic : analysis.statistics) {
                if (const auto* const found = analysis.comparison(at, *statistic)) {
                    entry["against_baseline"][std::string(statistic->name)] =
                        comparison_json(found->paired);
                }
            }
            cells.push_back(std::move(entry));
        }
        document["groups"].push_back({{"label", group.label}, {"cells", std::move(cells)}});
    }
    document["warnings"] = warnings_json(warnings_of(analysis));
    document["environment"] = environment_json(analysis.results);
    return as_text(document);
}

std::string json_document(const Change& change) {
    Json document = beginning("change", change.request, change.family);
    document["old"] = {{"file", change.older.file}, {"problems", change.older.problems}};
    document["new"] = {{"file", change.newer.file}, {"problems", change.newer.problems}};
    document["unmatched"] = change.unmatched;
    document["cells"] = Json::array();
    for (const auto& cell : change.cells) {
        Json entry = key_json(cell.older->key);
        const BuildChange build = build_change(cell);
        entry["server_build"] = build == BuildChange::unknown ? Json(nullptr)
                                : build == BuildChange::same  ? Json("same")
                                                              : Json("other");
        add_side(entry["old"], *cell.older);
        add_side(entry["new"], *cell.newer);
        entry["new_against_old"] = Json::object();
        for (std::size_t at = 0; at < change.statistics.size(); ++at) {
            if (cell.comparisons[at]) {
                entry["new_against_old"][std::string(change.statistics[at]->name)] =
                    comparison_json(cell.comparisons[at]);
            }
        }
        document["cells"].push_back(std::move(entry));
    }
    document["warnings"] = warnings_json(change.warnings);
    document["environment"] = {{"old", environment_json(change.older)},
                               {"new", environment_json(change.newer)}};
    return as_text(document);
}

}  // namespace volley
