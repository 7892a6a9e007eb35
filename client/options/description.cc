#include "options/description.hh"

#include <boost/program_options/value_semantic.hpp>
#include <boost/version.hpp>

#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/build_info.hh"
#include "options/options.hh"

namespace volley {

namespace {

namespace po = boost::program_options;

constexpr unsigned line_length = 100;

struct Row {
    const char* group;
    const char* names;       // as Boost.Program_options takes them: "port,p"
    const char* value_name;  // null: a flag
    const char* meaning;     // in brackets: the default
};

// clang-format off
constexpr std::array<Row, 44> rows{{
    {"Target", "port,p", "PORT", "port of a running server (local transports: the number in its name)"},
    {"Target", "host", "HOST", "its host (127.0.0.1); with -- SERVER, the address that the server listens on"},
    {"Target", "transport", "NAME", "how to reach it: tcp, unix or unix-seqpacket (tcp)"},
    {"Target", "name", "NAME", "name of the server in the results (its directory or file name)"},
    {"Target", "terminate", nullptr, "afterwards, end that server with a zero challenge"},
    {"Load", "clients,c", "N", "number of connections (1)"},
    {"Load", "threads,t", "N", "worker threads (driver block: one per connection; otherwise: one per client CPU)"},
    {"Load", "driver", "DRIVER", "how workers wait: block, wait or spin (block if each connection has a CPU, else wait)"},
    {"Load", "message,m", "BYTES", "message size in both directions, 1 to 16M (4)"},
    {"Load", "timeout", "TIME", "fail the run if a reply takes longer than this (5s)"},
    {"Load", "connect-timeout", "TIME", "time allowed to open all connections (10s)"},
    {"Measuring", "precision", "%", "stop when each interval is within plus or minus this of its figure (5%)"},
    {"Measuring", "confidence", "%", "confidence level of all intervals (95%)"},
    {"Measuring", "statistic", "LIST", "figures that must reach the precision (mean,p50)"},
    {"Measuring", "runs,r", "N", "make exactly N runs; with 1, intervals cover that run only"},
    {"Measuring", "min-runs", "N", "minimum number of runs (10; with --quick 6)"},
    {"Measuring", "max-runs", "N", "maximum number of runs (60)"},
    {"Measuring", "run-time,d", "TIME", "measured time per run (1s)"},
    {"Measuring", "warmup,w", "TIME", "time before it that is discarded (0.25s, or what server.toml asks for)"},
    {"Measuring", "max-time", "TIME", "time limit for the measurement (180s; with --runs: none)"},
    {"Measuring", "quick", nullptr, "the same as --min-runs 6"},
    {"Measuring", "seed", "N", "random seed of challenges and payload (0: chosen at random)"},
    {"Measuring", "round", "N", "number of the round, recorded in the results (0: none)"},
    {"Start and stop (with -- SERVER)", "ready-timeout", "TIME", "time allowed until the first correct reply (10s)"},
    {"Start and stop (with -- SERVER)", "stop-timeout", "TIME", "time between SIGTERM and SIGKILL (2s)"},
    {"Placement", "server-cores", "N", "number of CPUs for the server (1)"},
    {"Placement", "client-cores", "N", "number of CPUs for the workers (one per worker, if there are enough)"},
    {"Placement", "server-cpus", "LIST", "use these CPUs for the server, such as 0-3,8"},
    {"Placement", "client-cpus", "LIST", "use these CPUs for the workers"},
    {"Placement", "server-node", "N", "NUMA node for the server"},
    {"Placement", "client-node", "N", "NUMA node for the workers"},
    {"Placement", "no-placement", nullptr, "do not pin anything to CPUs"},
    {"Placement", "print-plan", nullptr, "show the plan and exit"},
    {"Placement", "print-numactl", nullptr, "print the commands that repeat a run by hand"},
    {"Machine", "keep-awake", nullptr, "keep the measured CPUs from idling"},
    {"Machine", "realtime", nullptr, "run workers and server with SCHED_FIFO"},
    {"Output", "json", "FILE|-", "append one JSON line per run and one for the measurement"},
    {"Output", "csv", "FILE|-", "append one row per run and one for the measurement"},
    {"Output", "hgrm", "FILE|-", "write percentiles in the format of HdrHistogram's plotter"},
    {"Output", "classic", nullptr, "print only mean, standard deviation and sample count: 9us 1.25us 1000000"},
    {"Output", "quiet,q", nullptr, "do not print the report"},
    {"General", "config", "FILE", "read options from lines NAME = VALUE; the command line takes precedence"},
    {"General", "help,h", nullptr, "show this help"},
    {"General", "version,V", nullptr, "show version, compiler and flags"},
}};
// clang-format on

// The groups in the order of their first rows. Values are read as text and checked in values.cc,
// which words every refusal in the same way.
std::vector<po::options_description> groups() {
    std::vector<po::options_description> all;
    std::string_view last;
    for (const Row& row : rows) {
        if (row.group != last) {
            all.emplace_back(row.group, line_length, line_length / 2);
            last = row.group;
        }
        if (row.value_name == nullptr) {
            all.back().add_options()(row.names, row.meaning);
        } else {
            all.back().add_options()(
                row.names, po::value<std::string>()->value_name(row.value_name), row.meaning);
        }
    }
    return all;
}

}  // namespace

po::options_description every_option() {
    po::options_description all;
    for (const auto& group : groups()) {
        all.add(group);
    }
    return all;
}

std::string help_text() {
    std::ostringstream text;
    text << "volley: measures the round-trip time of a server, with confidence intervals and CPU "
            "cost\n\n"
            "  volley [options] -- SERVER [ARGS]   start a server, pin it to CPUs, measure it, "
            "stop it\n"
            "  volley [options] -p PORT            measure a server that is already running\n";
    for (const auto& group : groups()) {
        text << '\n' << group;
    }
    text << "\nTIME is, for example, 250ms, 1.5s or 2m. LIST is separated by commas. Defaults are "
            "in "
            "brackets.\nExit status: 0 converged, 1 failed, 2 usage error, 3 not converged, 77 "
            "skipped: this machine\nlacks what the server needs.\n";
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
