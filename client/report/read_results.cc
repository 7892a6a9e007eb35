#include "report/read_results.hh"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "report/json_values.hh"

namespace volley {

namespace {

using ReadJson = nlohmann::json;

// Checked before parsing, because parsed data takes many times the memory of its text.
void check_sizes(std::string_view line, const ReadLimits& limits) {
    std::size_t values = 1;
    std::size_t depth = 0;
    bool in_text = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char byte = line[at];
        if (in_text) {
            at += byte == '\\' ? 1 : 0;
            in_text = byte != '"';
            continue;
        }
        in_text = byte == '"';
        values += byte == ',' || byte == '[' || byte == '{' ? 1 : 0;
        depth += byte == '[' || byte == '{' ? 1 : 0;
        depth -= (byte == ']' || byte == '}') && depth > 0 ? 1 : 0;
        if (depth > limits.nesting) {
            throw Malformed("nests deeper than " + std::to_string(limits.nesting) + " levels");
        }
    }
    if (values > limits.values_a_line) {
        throw Malformed("has " + std::to_string(values) + " values, over the limit of " +
                        std::to_string(limits.values_a_line));
    }
}

Histogram histogram_from(const ReadJson& json) {
    require(json.is_object(), "histogram", "an object");
    Histogram::Exact exact;
    read_keys(json, exact);
    std::vector<std::size_t> buckets;
    std::vector<std::uint64_t> counts;
    read_value(member(json, "bucket"), "bucket", buckets);
    read_value(member(json, "trips"), "trips", counts);
    require(buckets.size() == counts.size(), "bucket", "as long as \"trips\"");
    std::vector<std::pair<std::size_t, std::uint64_t>> sparse;
    sparse.reserve(buckets.size());
    for (std::size_t at = 0; at < buckets.size(); ++at) {
        sparse.emplace_back(buckets[at], counts[at]);
    }
    return Histogram::from_sparse(sparse, exact);
}

std::optional<Interval> interval_from(const ReadJson& figure, const char* low, const char* high) {
    std::optional<double> lower;
    std::optional<double> upper;
    read_value(member(figure, low), low, lower);
    read_value(member(figure, high), high, upper);
    return lower && upper ? std::optional(Interval{*lower, *upper}) : std::nullopt;
}

void read_estimates(const ReadJson& all, RunResult& run) {
    require(all.is_object(), "figures", "an object");
    for (const auto& [name, estimate] : within_run_members) {
        const ReadJson& figure = member(all, std::string(name).c_str());
        if (!figure.is_object() || member(figure, "within_run_point").is_null()) {
            continue;
        }
        Estimate& read = (run.*estimate).emplace();
        read_value(member(figure, "within_run_point"), "within_run_point", read.point);
        read.interval = interval_from(figure, "within_run_low", "within_run_high");
    }
}

// Checked because bucket arithmetic uses them.
void check_edges(const RunResult& run) {
    std::uint64_t least = 0;
    for (const auto& [bucket, ns] : run.edges.time) {
        require(bucket >= least && bucket < Histogram::bucket_count, "bucket",
                "ascending, and one of the histogram's");
        least = bucket + 1;
    }
    require(run.connection_seconds >= 0, "connection_seconds", "0 or more");
}

// Before version 2, only the parts of the sum were stored, and 0 meant that memory was not known.
void add_up(Cost& cost) {
    if (!cost.cpu_seconds && cost.user_seconds && cost.system_seconds) {
        cost.cpu_seconds = *cost.user_seconds + *cost.system_seconds;
    }
}

RunRecord run_from(const ReadJson& line) {
    RunRecord record;
    read_keys(line, record.context);
    read_keys(line, record.run);
    check_edges(record.run);
    record.run.message_bytes = record.context.message_bytes;
    if (record.context.environment.memory_bytes == 0U) {
        record.context.environment.memory_bytes.reset();
    }
    add_up(record.run.client);
    if (record.run.server) {
        add_up(*record.run.server);
    }
    record.run.trips = histogram_from(member(line, "histogram"));
    read_estimates(member(line, "figures"), record.run);
    return record;
}

MeasurementRecord measurement_from(const ReadJson& line) {
    MeasurementRecord record;
    read_keys(line, record.result.context);
    read_keys(line, record.result);
    std::string outcome;
    read_value(member(line, "outcome"), "outcome", outcome);
    const auto* const known =
        std::find_if(outcome_names.begin(), outcome_names.end(),
                     [&](const auto& entry) { return entry.first == outcome; });
    require(known != outcome_names.end(), "outcome", "one that this version knows");
    record.result.outcome = known->second;
    const ReadJson& all = member(line, "figures");
    require(all.is_object(), "figures", "an object");
    for (const auto& field : fields()) {
        const std::string name(field.name);
        const ReadJson& json = member(all, name.c_str());
        if (json.is_object()) {
            StatedFigure& figure = record.figures.emplace_back();
            figure.name = name;
            read_value(member(json, "value"), "value", figure.value);
            figure.interval = interval_from(json, "low", "high");
        }
    }
    return record;
}

SweepRecord sweep_from(const ReadJson& line) {
    SweepRecord record;
    read_keys(line, record);
    const ReadJson& runs = member(member(line, "plan"), "runs");
    if (runs != "auto") {
        read_value(runs, "runs", record.plan.runs.emplace());
    }
    require(!record.id.empty(), "sweep", "a name");
    return record;
}

// Confidence and message size are used in computations that are valid only for a range.
void check_context(const MeasurementContext& context) {
    require(context.confidence > 0 && context.confidence < 1, "confidence", "between 0 and 1");
    require(!context.id.empty(), "measurement", "a name");
}

Record record_from(const ReadJson& line) {
    require(line.is_object() && member(line, "schema") == "volley", "schema", "\"volley\"");
    int schema = 0;
    read_value(member(line, "schema_version"), "schema_version", schema);
    if (schema > result_schema_version) {
        throw Malformed("was written by a newer volley (schema " + std::to_string(schema) +
                        ", this one reads up to " + std::to_string(result_schema_version) + ")");
    }
    require(schema >= oldest_readable_schema, "schema_version", "one that this version reads");
    const ReadJson& kind = member(line, "kind");
    if (kind == "run") {
        RunRecord record = run_from(line);
        check_context(record.context);
        read_value(member(line, "method_version"), "method_version", record.method_version);
        return record;
    }
    if (kind == "sweep") {
        return sweep_from(line);
    }
    require(kind == "measurement", "kind", "\"run\", \"measurement\" or \"sweep\"");
    MeasurementRecord record = measurement_from(line);
    check_context(record.result.context);
    return record;
}

}  // namespace

ResultInput::ResultInput(const std::string& path)
    : is_standard_(path == "-"), name_(is_standard_ ? "standard input" : path) {
    if (is_standard_) {
        return;
    }
    file_.open(path, std::ios::binary);
    if (!file_) {
        throw Error(ExitCode::usage, path + " cannot be opened for reading",
                    "check the path and its permissions");
    }
}

std::istream& ResultInput::stream() {
    return is_standard_ ? std::cin : file_;
}

ResultReader::ResultReader(std::istream& input, std::string name, const ReadLimits& limits)
    : input_(input),
      name_(std::move(name)),
      limits_(limits),
      buffer_(std::make_unique_for_overwrite<char[]>(limits.line_bytes + 1)) {}

void ResultReader::report(const std::string& what) {
    ++problem_count_;
    if (problems_.size() < limits_.reported_problems) {
        problems_.push_back({line_, name_ + ":" + std::to_string(line_) + ": " + what});
    }
}

bool ResultReader::next_line() {
    if (!input_.good()) {
        return false;
    }
    input_.getline(buffer_.get(), static_cast<std::streamsize>(limits_.line_bytes) + 1);
    if (input_.bad()) {
        throw Error(ExitCode::failed,
                    name_ + " cannot be read after line " + std::to_string(line_));
    }
    // getline counts the newline that it removes; at the end of the file there is none.
    const auto taken = static_cast<std::size_t>(input_.gcount());
    if (input_.eof() && taken == 0) {
        return false;
    }
    ++line_;
    if (input_.fail()) {
        throw Error(ExitCode::failed,
                    name_ + ":" + std::to_string(line_) + ": the line is longer than " +
                        std::to_string(limits_.line_bytes) + " bytes",
                    "is this a result file of volley (--json)?");
    }
    length_ = input_.eof() ? taken : taken - 1;
    return true;
}

std::optional<Record> ResultReader::next() {
    while (next_line()) {
        const std::string_view line(buffer_.get(), length_);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
            continue;
        }
        try {
            check_sizes(line, limits_);
            const ReadJson json = ReadJson::parse(line, nullptr, false);
            if (!json.is_discarded()) {
                return record_from(json);
            }
            report("the line is not valid JSON (torn or damaged) and was ignored");
        } catch (const Malformed& malformed) {
            throw Error(
                ExitCode::failed,
                name_ + ":" + std::to_string(line_) + ": the record " +
                    (std::string_view(malformed.what()).starts_with('"') ? "is malformed: " : "") +
                    malformed.what(),
                "remove the line, or read the file with the volley that wrote it");
        } catch (const Error& error) {
            throw Error(ExitCode::failed,
                        name_ + ":" + std::to_string(line_) + ": " + error.what());
        }
    }
    return std::nullopt;
}

}  // namespace volley
