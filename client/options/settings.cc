// The options in force as text, for the result file.

#include <sstream>

#include "options/options.hh"

namespace volley {

namespace {

std::string plain_seconds(Duration duration) {
    std::ostringstream out;
    out.precision(12);
    out << to_seconds(duration) << 's';
    return out.str();
}

std::string plain_percent(double share) {
    std::ostringstream out;
    out << share * 100 << '%';
    return out.str();
}

std::string joined(const std::vector<std::string>& words, const char* between) {
    std::string all;
    for (const auto& word : words) {
        all += (all.empty() ? "" : between) + word;
    }
    return all;
}

const char* name_of(DriverChoice driver) {
    switch (driver) {
        case DriverChoice::automatic:
            return "auto";
        case DriverChoice::block:
            return "block";
        case DriverChoice::wait:
            return "wait";
        case DriverChoice::spin:
            return "spin";
    }
    return "?";
}

template <typename Number>
std::string or_empty(const std::optional<Number>& number) {
    return number ? std::to_string(*number) : "";
}

}  // namespace

Endpoint endpoint_of(const Options& options) {
    return {options.transport, options.host, options.port.value_or(0)};
}

std::vector<Setting> settings_of(const Options& options) {
    const auto flag = [](bool on) { return on ? std::string("yes") : std::string("no"); };
    const auto cpus = [](const std::optional<CpuList>& list) {
        return list ? format_cpu_list(*list) : std::string();
    };
    std::vector<Setting> all{
        {"port", or_empty(options.port)},
        {"host", options.host},
        {"transport", options.transport},
        {"name", options.name},
        {"terminate", flag(options.terminate)},
        {"clients", std::to_string(options.clients)},
        {"threads", or_empty(options.threads)},
        {"driver", name_of(options.driver)},
        {"message", std::to_string(options.message_bytes)},
        {"timeout", plain_seconds(options.timeout)},
        {"connect-timeout", plain_seconds(options.connect_timeout)},
        {"precision", plain_percent(options.precision)},
        {"confidence", plain_percent(options.confidence)},
        {"statistic", joined(options.statistics, ",")},
        {"runs", or_empty(options.runs)},
        {"min-runs", std::to_string(options.min_runs)},
        {"max-runs", std::to_string(options.max_runs)},
        {"run-time", plain_seconds(options.run_time)},
        {"warmup", options.warmup ? plain_seconds(*options.warmup) : ""},
        {"max-time", options.max_time ? plain_seconds(*options.max_time)
                     : options.runs   ? ""
                                      : plain_seconds(default_max_time)},
        {"seed", std::to_string(options.seed)},
        {"round", std::to_string(options.round)},
        {"ready-timeout", plain_seconds(options.ready_timeout)},
        {"stop-timeout", plain_seconds(options.stop_timeout)},
        {"server-cores", std::to_string(options.server_cores)},
        {"client-cores", or_empty(options.client_cores)},
        {"server-cpus", cpus(options.server_cpus)},
        {"client-cpus", cpus(options.client_cpus)},
        {"server-node", or_empty(options.server_node)},
        {"client-node", or_empty(options.client_node)},
        {"no-placement", flag(!options.placement)},
        {"keep-awake", flag(options.keep_awake)},
        {"realtime", flag(options.realtime)},
    };
    std::erase_if(all, [](const Setting& setting) { return setting.value.empty(); });
    return all;
}

}  // namespace volley
