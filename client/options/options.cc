#include "options/options.hh"

#include <boost/program_options.hpp>
#include <boost/version.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/build_info.hh"
#include "base/error.hh"
#include "options/values.hh"
#include "transport/challenge.hh"

namespace volley {

namespace {

namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr std::uint64_t most_clients = 1'000'000;
constexpr std::uint64_t most_runs = 10'000;
constexpr unsigned line_length = 100;

struct Group {
    const char* title;
    po::options_description options;
};

// Values are read as text and checked in values.cc, which words every refusal alike.
auto text() {
    return po::value<std::string>();
}

std::vector<Group> groups() {
    const auto group = [](const char* title) {
        return Group{title, po::options_description(title, line_length, line_length / 2)};
    };
    std::vector<Group> all;
    all.push_back(group("Target"));
    all.back().options.add_options()("port,p", text()->value_name("PORT"),
                                     "TCP port of a server that already runs")(
        "host", text()->value_name("HOST"),
        "its host (127.0.0.1); with -- SERVER: the address it listens on")(
        "name", text()->value_name("NAME"), "name in the results (its directory or file)")(
        "terminate", "end such a server with the zero challenge afterwards");
    all.push_back(group("Load"));
    all.back().options.add_options()("clients,c", text()->value_name("N"), "connections (1)")(
        "threads,t", text()->value_name("N"),
        "worker threads (block: one a connection; else one a client CPU)")(
        "driver", text()->value_name("WAY"),
        "block, wait or spin (block where each connection has a CPU, else wait)")(
        "message,m", text()->value_name("BYTES"), "message size in both directions, 1 to 16M (4)")(
        "timeout", text()->value_name("TIME"), "a reply later than this fails the run (5s)")(
        "connect-timeout", text()->value_name("TIME"), "until all connections stand (10s)");
    all.push_back(group("Measuring"));
    all.back().options.add_options()(
        "precision", text()->value_name("%"),
        "stop when half the interval is within this of the figure (5%)")(
        "confidence", text()->value_name("%"), "of all intervals (95)")(
        "statistic", text()->value_name("LIST"), "figures that must be so precise (mean,p50)")(
        "runs,r", text()->value_name("N"),
        "exactly N runs; 1 gives an interval within one run only")(
        "min-runs", text()->value_name("N"), "at least so many runs (10; with --quick 6)")(
        "max-runs", text()->value_name("N"), "at most so many (60)")(
        "run-time,d", text()->value_name("TIME"), "measured time of a run (1s)")(
        "warmup,w", text()->value_name("TIME"),
        "discarded before it (0.25s, or what the server asks for)")(
        "max-time", text()->value_name("TIME"), "budget of the measurement (180s)")(
        "quick", "--min-runs 6")("seed", text()->value_name("N"),
                                 "of challenges and payload (0: drawn)")(
        "round", text()->value_name("N"), "round of an experiment, for the results (0: none)");
    all.push_back(group("Server's life (after -- SERVER)"));
    all.back().options.add_options()("ready-timeout", text()->value_name("TIME"),
                                     "until its first right reply (10s)")(
        "stop-timeout", text()->value_name("TIME"), "from SIGTERM to SIGKILL (2s)");
    all.push_back(group("Placement"));
    all.back().options.add_options()("server-cores", text()->value_name("N"),
                                     "CPUs of the server (1)")(
        "client-cores", text()->value_name("N"),
        "CPUs of the workers (one a worker, as far as they go)")(
        "server-cpus", text()->value_name("LIST"), "these CPUs for the server, such as 0-3,8")(
        "client-cpus", text()->value_name("LIST"), "these CPUs for the workers")(
        "server-node", text()->value_name("N"), "NUMA node of the server")(
        "client-node", text()->value_name("N"), "NUMA node of the workers")(
        "no-placement", "pin nothing")("print-plan", "show what would be done, and stop")(
        "print-numactl", "print how to repeat a run by hand");
    all.push_back(group("Machine"));
    all.back().options.add_options()("keep-awake", "keep the measured CPUs from idling")(
        "realtime", "SCHED_FIFO for workers and server");
    all.push_back(group("Output"));
    all.back().options.add_options()("json", text()->value_name("FILE|-"),
                                     "append a line a run and one for the measurement")(
        "csv", text()->value_name("FILE|-"), "append a row a run and one for the measurement")(
        "hgrm", text()->value_name("FILE|-"),
        "write percentiles as HdrHistogram's plotter reads them")(
        "classic", "print mean, standard deviation and samples only: 9us 1.25us 1000000")(
        "quiet,q", "print no report");
    all.push_back(group("General"));
    all.back().options.add_options()("config", text()->value_name("FILE"),
                                     "options as lines NAME = VALUE; the command line wins")(
        "help,h", "this text")("version,V", "version, compiler and flags");
    return all;
}

po::options_description every_option() {
    po::options_description all;
    for (const auto& group : groups()) {
        all.add(group.options);
    }
    return all;
}

void read_config(const std::string& path, const po::options_description& description,
                 po::variables_map& values) {
    std::ifstream file(path);
    if (!file) {
        throw Error(ExitCode::usage, "--config '" + path + "' cannot be read",
                    "name a readable file of lines NAME = VALUE");
    }
    try {
        po::store(po::parse_config_file(file, description), values);
    } catch (const po::error& error) {
        throw Error(ExitCode::usage, "--config '" + path + "': " + error.what(),
                    "use the long names of volley --help, without dashes");
    }
}

po::variables_map read_values(const std::vector<std::string>& arguments) {
    namespace style = po::command_line_style;
    const po::options_description description = every_option();
    const po::positional_options_description none;
    po::variables_map values;
    try {
        const auto parsed = po::command_line_parser(arguments)
                                .options(description)
                                .positional(none)
                                .style(style::unix_style & ~style::allow_guessing)
                                .run();
        po::store(parsed, values);
    } catch (const po::too_many_positional_options_error&) {
        throw Error(ExitCode::usage, "a word among the options is none",
                    "put the server and its arguments after --: volley [options] -- SERVER");
    } catch (const po::error& error) {
        throw Error(ExitCode::usage, error.what(), "see volley --help");
    }
    if (values.count("config") != 0) {
        read_config(values["config"].as<std::string>(), description, values);
    }
    return values;
}

// Gives the options their values, one call an option.
class Reader {
  public:
    explicit Reader(const po::variables_map& values) : values_(values) {}

    [[nodiscard]] bool has(const char* name) const { return values_.count(name) != 0; }
    [[nodiscard]] std::string text(const char* name) const {
        return has(name) ? values_[name].as<std::string>() : "";
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

void read_target_and_load(const Reader& reader, Options& options) {
    reader.count("port", options.port, 1, 65535);
    if (reader.has("host")) {
        options.host = reader.text("host");
    }
    options.name = reader.text("name");
    options.terminate = reader.has("terminate");
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
    options.min_runs = reader.has("quick") ? 6 : options.min_runs;
    reader.count("runs", options.runs, 1, most_runs);
    reader.count("min-runs", options.min_runs, 2, most_runs);
    reader.count("max-runs", options.max_runs, 2, most_runs);
    reader.time("run-time", options.run_time, 50ms, 1h);
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
    options.placement = !reader.has("no-placement");
    options.keep_awake = reader.has("keep-awake");
    options.realtime = reader.has("realtime");
    options.json = reader.text("json");
    options.csv = reader.text("csv");
    options.hgrm = reader.text("hgrm");
    options.classic = reader.has("classic");
    options.quiet = reader.has("quiet");
    options.print_numactl = reader.has("print-numactl");
    if (reader.has("print-plan")) {
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

Options parse_options(const std::vector<std::string>& arguments) {
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    const po::variables_map values = read_values({arguments.begin(), dashes});
    const Reader reader(values);
    Options options;
    if (reader.has("help") || reader.has("version")) {
        options.action = reader.has("help") ? Options::Action::help : Options::Action::version;
        return options;
    }
    if (dashes != arguments.end()) {
        options.server.assign(dashes + 1, arguments.end());
        if (options.server.empty() || options.server.front().empty()) {
            throw Error(ExitCode::usage, "-- is not followed by a server",
                        "name an executable: volley [options] -- target/servers/c-epoll");
        }
    }
    read_target_and_load(reader, options);
    read_measuring(reader, options);
    read_placement_and_output(reader, options);
    check_together(options);
    return options;
}

std::vector<Setting> settings_of(const Options& options) {
    const auto flag = [](bool on) { return on ? std::string("yes") : std::string("no"); };
    const auto cpus = [](const std::optional<CpuList>& list) {
        return list ? format_cpu_list(*list) : std::string();
    };
    return {
        {"port", or_empty(options.port)},
        {"host", options.host},
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
        {"max-time", plain_seconds(options.max_time)},
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
}

std::string help_text() {
    std::ostringstream text;
    text << "volley: how long one round trip takes, how sure that is, and what it costs\n\n"
            "  volley [options] -- SERVER [ARGS]   start, place, measure and stop a server\n"
            "  volley [options] -p PORT            measure one that already runs\n";
    for (const auto& group : groups()) {
        text << '\n' << group.options;
    }
    text << "\nTIME is 250ms, 1.5s, 2m; LIST is comma-separated. In brackets: what holds where an "
            "option is "
            "not given.\nExit status: 0 precision reached, 1 the run failed, 2 usage, 3 budget "
            "spent "
            "first.\n";
    return text.str();
}

std::string version_report() {
    std::ostringstream text;
    text << "volley " << version_text << " (" << build_revision << ")\n"
         << "compiler  " << build_compiler << '\n'
         << "flags     " << build_flags << '\n'
         << "boost     " << BOOST_LIB_VERSION << '\n'
         << "method    " << method_version << ", result schema " << result_schema_version << '\n';
    return text.str();
}

}  // namespace volley
