#include "compare/facts.hh"

#include <algorithm>
#include <concepts>
#include <map>
#include <set>

#include "host/cpu_set.hh"
#include "report/csv_text.hh"
#include "report/record_keys.hh"

namespace volley {

namespace {

std::string as_text(const std::string& value) {
    return value;
}
std::string as_text(bool value) {
    return value ? "yes" : "no";
}
std::string as_text(double value) {
    return csv_number(value);
}
template <std::integral T>
std::string as_text(T value) {
    return std::to_string(value);
}
std::string as_text(const CpuList& cpus) {
    return format_cpu_list(cpus);
}
template <typename T>
std::string as_text(const std::optional<T>& value) {
    return value ? as_text(*value) : "";
}

// Keeps facts in the order in which they first appear.
class Collector {
  public:
    void add(const std::string& key, const std::string& value) {
        const auto [at, is_new] = places_.emplace(key, facts_.size());
        if (is_new) {
            facts_.push_back({key, {}});
        }
        auto& values = facts_[at->second].values;
        if (std::find(values.begin(), values.end(), value) == values.end()) {
            values.push_back(value);
        }
    }
    [[nodiscard]] std::vector<Fact> take() { return std::move(facts_); }

  private:
    std::map<std::string, std::size_t> places_;
    std::vector<Fact> facts_;
};

// An option given twice counts as both values together.
std::map<std::string, std::string> options_of(const MeasurementContext& context) {
    std::map<std::string, std::string> options;
    for (const auto& [name, value] : context.options) {
        std::string& text = options[name];
        text += (text.empty() ? "" : " ") + value;
    }
    return options;
}

void add_context(Collector& facts, const MeasurementContext& context,
                 const std::set<std::string>& option_names) {
    facts.add("version", context.version);
    facts.add("build", context.build);
    for_each_key(context.environment,
                 [&](const char* key, const auto& value) { facts.add(key, as_text(value)); });
    facts.add("scheduling", context.scheduling);
    facts.add("keep_awake", context.keep_awake);
    facts.add("driver", context.driver);
    facts.add("workers", std::to_string(context.workers));
    facts.add("server_cpus", format_cpu_list(context.placement.server_cpus));
    facts.add("client_cpus", format_cpu_list(context.placement.client_cpus));
    facts.add("sharing", to_string(context.placement.sharing));
    const auto options = options_of(context);
    for (const auto& name : option_names) {
        const auto given = options.find(name);
        facts.add(std::string(option_prefix) + name, given == options.end() ? "" : given->second);
    }
}

}  // namespace

std::vector<Fact> facts_of(const std::vector<const Cell*>& cells) {
    std::set<std::string> option_names;
    for (const Cell* cell : cells) {
        for (const auto& context : cell->contexts) {
            for (const auto& [name, value] : context.options) {
                option_names.insert(name);
            }
        }
    }
    Collector facts;
    for (const Cell* cell : cells) {
        for (const auto& context : cell->contexts) {
            add_context(facts, context, option_names);
        }
    }
    return facts.take();
}

}  // namespace volley
