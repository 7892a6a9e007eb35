#include "options/options.hh"

#include <boost/program_options.hpp>

#include <algorithm>
#include <map>

#include "base/error.hh"
#include "options/config_file.hh"
#include "options/description.hh"
#include "options/values.hh"
#include "options/words.hh"
#include "run/spec.hh"
#include "transport/challenge.hh"

namespace volley {

namespace {

namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr std::uint64_t most_clients = 1'000'000;
constexpr std::uint64_t most_runs = 10'000;

// places: for the values that come from a configuration file.
po::variables_map read_values(const std::vector<std::string>& arguments,
                              std::map<std::string, std::string>& places) {
    const po::options_description description = every_option();
    po::variables_map values =
        read_words(arguments, description, {}, "volley",
                   "put the server and its arguments after --: volley [options] -- SERVER");
    if (values.count("config") != 0) {
        places = read_config_file("config", values["config"].as<std::string>(), description,
                                  {{"config", "put all options into one file"},
                                   {"help", "say it on the command line"},
                                   {"version", "say it on the command line"}},
                                  values);
    }
    return values;
}

// Sets the options' values, one call per option.
class Reader {
  public:
    explicit Reader(const po::variables_map& values) : values_(values) {}

    [[nodiscard]] bool has(const char* name) const { return values_.count(name) != 0; }
    [[nodiscard]] std::string text(const char* name) const {
        return has(name) ? values_[name].as<std::string>() : "";
    }
    // A configuration file may say yes or no.
    [[nodiscard]] bool flag(const char* name) const {
        if (!has(name)) {
            return false;
        }
        const std::string value = text(name);
        if (value != "" && value != "yes" && value != "no") {
            throw Error(ExitCode::usage,
                        std::string("--") + name + " '" + value + "' is not yes or no",
                        "see volley --help");
        }
        return value != "no";
    }
    template <typename Target>
    void count(const char* name, Target& target, std::uint64_t least, std::uint64_t most) const {
        if (has(name)) {
            target = static_cast<Integer<Target>>(parse_count(name, text(name), least, most));
        }
    }
    template <typename Target>
    void time(const char* name, Target& target, Duration least, Duration most) const {
        if (has(name)) {
            target = parse_time(name, text(name), least, most);
        }
    }
    void cpus(const char* name, std::optional<CpuList>& target) const {
        if (has(name)) {
            target = parse_cpus(name, text(name));
        }
    }

  private:
    template <typename T>
    struct Inner {
        using type = T;
    };
    template <typename T>
    struct Inner<std::optional<T>> {
        using type = T;
    };
    template <typename T>
    using Integer = typename Inner<T>::type;

    const po::variables_map& values_;
};

void read_transport(const Reader& reader, Options& options) {
    if (reader.has("transport")) {
        options.transport = parse_transport("transport", reader.text("transport"));
    }
    options.host = endpoint_of(options).host();
    if (reader.has("host") && options.host.empty()) {
        throw Error(ExitCode::usage,
                    "--host '" + reader.text("host") + "': transport " + options.transport +
                        " is for servers on this machine and has no hosts",
                    "leave out --host, or use --transport " + std::string(Endpoint().transport()));
    }
    if (reader.has("host")) {
        options.host = reader.text("host");
    }
}

void read_target_and_load(const Reader& reader, Options& options) {
    reader.count("port", options.port, 1, 65535);
    read_transport(reader, options);
    options.name = reader.text("name");
    options.terminate = reader.flag("terminate");
    reader.count("clients", options.clients, 1, most_clients);
    reader.count("threads", options.threads, 1, most_clients);
    if (reader.has("driver")) {
        const std::string way = reader.text("driver");
        if (way != "auto" && way != "block" && way != "wait" && way != "spin") {
            throw Error(ExitCode::usage, "--driver '" + way + "' is not auto, block, wait or spin",
                        "see volley --help");
        }
        options.driver = way == "auto"    ? DriverChoice::automatic
                         : way == "block" ? DriverChoice::block
                         : way == "wait"  ? DriverChoice::wait
                                          : DriverChoice::spin;
    }
    if (reader.has("message")) {
        options.message_bytes =
            parse_bytes("message", reader.text("message"), least_message_bytes, most_message_bytes);
    }
    reader.time("timeout", options.timeout, 1ms, 1h);
    reader.time("connect-timeout", options.connect_timeout, 1ms, 1h);
}

// Refuses, before anything is measured, a statistic that the requested measurement cannot make
// precise.
void check_statistics(const Options& options) {
    const auto refuse = [](const std::string& statistic, const std::string& why,
                           bool (*works)(const Field&)) {
        throw Error(ExitCode::usage, "--statistic '" + statistic + "' " + why,
                    "take one of " + names_of_statistics(works));
    };
    for (const auto& statistic : options.statistics) {
        const Field& field = *find_statistic(statistic);
        if (options.runs == std::size_t{1} && field.within_run == nullptr) {
            refuse(statistic, "has no interval within a run, and with --runs 1 there is no other",
                   [](const Field& other) { return other.within_run != nullptr; });
        }
        if (options.port && field.name.starts_with("server_")) {
            refuse(statistic, "is not known of a server that already runs (-p PORT)",
                   [](const Field& other) {
                       return can_be_precise(other) && !other.name.starts_with("server_");
                   });
        }
    }
}

void read_measuring(const Reader& reader, Options& options) {
    if (reader.has("precision")) {
        options.precision = parse_percent("precision", reader.text("precision"), 0.001, 1);
    }
    if (reader.has("confidence")) {
        options.confidence = parse_percent("confidence", reader.text("confidence"), 0.5, 0.999);
    }
    if (reader.has("statistic")) {
        options.statistics = parse_statistics("statistic", reader.text("statistic"));
    }
    options.min_runs = reader.flag("quick") ? 6 : options.min_runs;
    reader.count("runs", options.runs, 1, most_runs);
    reader.count("min-runs", options.min_runs, 2, most_runs);
    reader.count("max-runs", options.max_runs, 2, most_runs);
    check_statistics(options);
    reader.time("run-time", options.run_time, shortest_run_time, longest_run_time);
    reader.time("warmup", options.warmup, 0s, 1h);
    reader.time("max-time", options.max_time, 100ms, 24h);
    reader.count("seed", options.seed, 0, ~std::uint64_t{0});
    reader.count("round", options.round, 0, 1'000'000'000);
    reader.time("ready-timeout", options.ready_timeout, 1ms, 1h);
    reader.time("stop-timeout", options.stop_timeout, 0s, 1h);
}

void read_placement_and_output(const Reader& reader, Options& options) {
    constexpr std::uint64_t most_cpus = 65536;
    reader.count("server-cores", options.server_cores, 1, most_cpus);
    reader.count("client-cores", options.client_cores, 1, most_cpus);
    reader.cpus("server-cpus", options.server_cpus);
    reader.cpus("client-cpus", options.client_cpus);
    reader.count("server-node", options.server_node, 0, most_cpus);
    reader.count("client-node", options.client_node, 0, most_cpus);
    options.placement = !reader.flag("no-placement");
    options.keep_awake = reader.flag("keep-awake");
    options.realtime = reader.flag("realtime");
    options.json = reader.text("json");
    options.csv = reader.text("csv");
    options.hgrm = reader.text("hgrm");
    options.classic = reader.flag("classic");
    options.quiet = reader.flag("quiet");
    options.print_numactl = reader.flag("print-numactl");
    if (reader.flag("print-plan")) {
        options.action = Options::Action::print_plan;
    }
}

void check_together(const Options& options) {
    const auto refuse = [](const std::string& what, const std::string& remedy) {
        throw Error(ExitCode::usage, what, remedy);
    };
    if (options.port.has_value() == !options.server.empty()) {
        refuse(options.port ? "--port and -- SERVER exclude each other" : "nothing to measure",
               "give -p PORT of a server that runs, or -- SERVER to start one; see volley --help");
    }
    if (options.threads && *options.threads > options.clients) {
        refuse("--threads " + std::to_string(*options.threads) + " are more than --clients " +
                   std::to_string(options.clients),
               "give at most one thread a connection");
    }
    if (options.threads && options.driver == DriverChoice::block &&
        *options.threads != options.clients) {
        refuse("--driver block needs a thread a connection, not --threads " +
                   std::to_string(*options.threads) + " for --clients " +
                   std::to_string(options.clients),
               "leave out --threads, or use --driver wait");
    }
    if (options.min_runs > options.max_runs) {
        refuse("--min-runs " + std::to_string(options.min_runs) + " is above --max-runs " +
                   std::to_string(options.max_runs),
               "raise --max-runs, or give --runs");
    }
    const bool stdout_twice = (options.json == "-" ? 1 : 0) + (options.csv == "-" ? 1 : 0) +
                                  (options.hgrm == "-" ? 1 : 0) + (options.classic ? 1 : 0) >
                              1;
    if (stdout_twice) {
        refuse("more than one of --json -, --csv -, --hgrm - and --classic want stdout",
               "give the others a file");
    }
    if (options.terminate && !options.port) {
        refuse("--terminate is for a server that already runs (-p PORT)",
               "leave it out: a server that volley starts is stopped anyway");
    }
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments) {
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    std::map<std::string, std::string> places;
    const po::variables_map values = read_values({arguments.begin(), dashes}, places);
    const Reader reader(values);
    Options options;
    if (reader.flag("help") || reader.flag("version")) {
        options.action = reader.flag("help") ? Options::Action::help : Options::Action::version;
        return options;
    }
    if (dashes != arguments.end()) {
        options.server.assign(dashes + 1, arguments.end());
        if (options.server.empty() || options.server.front().empty()) {
            throw Error(ExitCode::usage, "-- is not followed by a server",
                        "name an executable: volley [options] -- target/servers/c-epoll");
        }
    }
    with_places(places, [&] {
        read_target_and_load(reader, options);
        read_measuring(reader, options);
        read_placement_and_output(reader, options);
    });
    check_together(options);
    return options;
}

}  // namespace volley
