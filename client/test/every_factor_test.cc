// A factor needs only its row in report/factors.cc. Each row, and extra rows made up here, pass
// through every stage: sweep option, grid, record, resumed sweep, and key and text of a comparison.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hh"
#include "compare/command.hh"
#include "compare/documents.hh"
#include "compare/selection.hh"
#include "compare/tables.hh"
#include "plan/describe.hh"
#include "report/fixture_for_tests.hh"
#include "report/json.hh"
#include "sweep/resume.hh"

namespace volley {
namespace {

using Words = std::vector<std::string>;

using Reading = FactorValue (*)(const MeasurementContext& context);

Factor made_up(const std::string& name, const FactorValue& usual, const std::string& client_option,
               Reading read) {
    SweptBy by{.option = name + "s",
               .example = "1,2",
               .meaning = "made up",
               .record_key = name + "_of_cell",
               .client_option = client_option,
               .asked = read};
    by.parse = [](const std::string&, const std::string& word) -> FactorValue { return word; };
    return {.name = name,
            .is_text = std::holds_alternative<std::string>(usual),
            .counted = "",
            .not_known = "",
            .usual = usual,
            .is_quiet = true,
            .measured = read,
            .sweep = by};
}

// Threads of the client, as a number that a sweep varies.
Factor made_up_number() {
    Factor row =
        made_up("crew", std::uint64_t{1}, "threads",
                [](const MeasurementContext& context) -> FactorValue { return context.workers; });
    row.counted = "thread";
    row.sweep->parse = [](const std::string&, const std::string& word) -> FactorValue {
        return static_cast<std::uint64_t>(std::stoul(word));
    };
    return row;
}

// The driver, as a text.
Factor made_up_text() {
    return made_up("way", std::string("block"), "driver",
                   [](const MeasurementContext& context) -> FactorValue { return context.driver; });
}

// In the table for its lifetime.
class AddedRow {
  public:
    explicit AddedRow(const Factor& row) { factor_table().push_back(row); }
    ~AddedRow() { factor_table().pop_back(); }
    AddedRow(const AddedRow&) = delete;
    AddedRow& operator=(const AddedRow&) = delete;
};

// A factor and two of its values, neither of them the default.
struct Case {
    std::string name;
    Words values;
    Factor (*made_up)() = nullptr;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

struct Grid {
    SweepPlan plan;
    std::vector<GridCell> cells;
};

Grid grid_of(const Words& words) {
    const char* const eight_cpus =
        "cpu 0 node 0 core 0\ncpu 1 node 0 core 1\ncpu 2 node 0 core 2\ncpu 3 node 0 core 3\n"
        "cpu 4 node 0 core 4\ncpu 5 node 0 core 5\ncpu 6 node 0 core 6\ncpu 7 node 0 core 7\n";
    Grid grid{parse_sweep_command(words).plan, {}};
    std::vector<SweepServer> servers;
    for (const auto& name : grid.plan.lists.servers()) {
        servers.push_back({name, "/servers/" + name, {}, ""});
    }
    grid.cells =
        make_grid(grid.plan, servers, parse_topology(eight_cpus),
                  {.descriptor_limit = 1000, .transports = {.local_ports = 500}, .random = 7});
    return grid;
}

// A grid of two servers and these values of the factor, with one value of every factor that must be
// given.
Words words_with(const std::string& option, const std::string& list) {
    Words words{"--" + option, list};
    const std::vector<std::pair<std::string, std::string>> others{
        {"servers", "a,b"}, {"clients", "4"}, {"cores", "1"}};
    for (const auto& [name, value] : others) {
        if (name != option) {
            words.insert(words.end(), {"--" + name, value});
        }
    }
    return words;
}

std::string record_of(const Grid& grid) {
    SweepRecord record{.id = "s", .started = "now", .seed = 5, .plan = grid.plan, .cells = {}};
    for (const GridCell& one : grid.cells) {
        record.cells.push_back(one.cell);
    }
    return json_sweep_line(record);
}

// One run of each cell, in the order of the grid.
std::string runs_of(const Grid& grid) {
    std::string lines;
    for (std::size_t at = 0; at < grid.cells.size(); ++at) {
        const GridCell& one = grid.cells[at];
        if (!one.plan) {
            ADD_FAILURE() << cell_text(one.cell) << ": " << one.cell.skipped;
            continue;
        }
        MeasurementContext context = describe(one.options, *one.plan, {}, "");
        context.id = "m" + std::to_string(at);
        context.server_name = one.cell.key.server();
        context.round = 1;
        lines += json_run_line(context, fixture::run(1, 8'000 + at));
    }
    return lines;
}

RecordedSweep resumed(const std::string& lines, const Grid& grid) {
    const std::string path = testing::TempDir() + "factor-" + std::to_string(getpid()) + ".jsonl";
    std::ofstream(path, std::ios::binary) << lines;
    std::shared_ptr<void> at_the_end(nullptr, [&](void*) { std::filesystem::remove(path); });
    return read_recorded(path, grid.plan, {}, grid.cells);
}

Results loaded(const std::string& lines) {
    std::istringstream input(lines);
    return load_results(input, "made.jsonl", Detail::figures, 0.95);
}

class EveryFactor : public testing::TestWithParam<Case> {
  protected:
    void SetUp() override {
        if (GetParam().made_up != nullptr) {
            added_ = std::make_unique<AddedRow>(GetParam().made_up());
        }
        factor_ = find_factor(GetParam().name);
        ASSERT_NE(factor_, nullptr);
        grid_ = grid_of(words_with(option(), GetParam().values[0] + "," + GetParam().values[1]));
    }
    [[nodiscard]] const std::string& option() const { return factor_->sweep->option; }
    // The factor with this value; the record counts the list of servers as one factor among others.
    [[nodiscard]] std::size_t cells_a_value() const { return factor_ == &server_factor() ? 1 : 2; }

    std::unique_ptr<AddedRow> added_;
    const Factor* factor_ = nullptr;
    Grid grid_;
};

TEST_P(EveryFactor, MakesCellsThatAreNamedByIt) {
    EXPECT_NE(sweep_help().find("--" + option() + " "), std::string::npos);
    ASSERT_EQ(grid_.cells.size(), 2 * cells_a_value());
    for (const std::string& value : GetParam().values) {
        const auto cells =
            std::count_if(grid_.cells.begin(), grid_.cells.end(), [&](const GridCell& one) {
                return value_of(one.cell.key, *factor_) == value &&
                       cell_text(one.cell).find(words_of(one.cell.key, *factor_)) !=
                           std::string::npos;
            });
        EXPECT_EQ(static_cast<std::size_t>(cells), cells_a_value()) << value;
    }
    EXPECT_THROW(static_cast<void>(parse_sweep_command([&] {
                     Words words = words_with(option(), GetParam().values[0]);
                     words.insert(words.end(), {"--", "--" + factor_->sweep->client_option, "1"});
                     return words;
                 }())),
                 Error);
}

TEST_P(EveryFactor, IsRecordedAndGoneOnWith) {
    const std::string lines = record_of(grid_) + runs_of(grid_);
    const RecordedSweep recorded = resumed(lines, grid_);
    ASSERT_EQ(recorded.attempts.size(), grid_.cells.size());
    for (std::size_t at = 0; at < grid_.cells.size(); ++at) {
        EXPECT_EQ(recorded.attempts[at].cell, at);
        EXPECT_EQ(recorded.first->cells.at(at).key, grid_.cells[at].cell.key);
    }
    EXPECT_EQ(recorded.first->plan.lists.texts(*factor_), GetParam().values);
    const Grid other = grid_of(words_with(option(), GetParam().values[0]));
    try {
        static_cast<void>(resumed(lines, other));
        FAIL() << "another grid was gone on with";
    } catch (const Error& error) {
        const std::string expected = option() + ": " + GetParam().values[0] + "," +
                                     GetParam().values[1] + " there, " + GetParam().values[0];
        EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
    }
    EXPECT_NE(
        results_directory(
            {.plan = grid_.plan, .seed = {}, .out = "", .plan_file = "", .absent = {}}, "/build"),
        results_directory(
            {.plan = other.plan, .seed = {}, .out = "", .plan_file = "", .absent = {}}, "/build"));
}

TEST_P(EveryFactor, IsComparedSelectedAndExported) {
    const std::string& value = GetParam().values[1];
    CompareCommand command = parse_compare_command(
        {"made.jsonl", "--by", factor_->name, "--where", factor_->name + "=" + value});
    Results one_value = loaded(runs_of(grid_));
    select_cells(one_value, command.request.where);
    ASSERT_EQ(one_value.cells.size(), cells_a_value());
    EXPECT_EQ(value_of(one_value.cells[0].key, *factor_), value);

    command.request.where.clear();
    const Analysis analysis = analyse(loaded(runs_of(grid_)), command.request);
    ASSERT_EQ(analysis.groups.size(), cells_a_value());
    EXPECT_EQ(analysis.groups[0].cells.size(), 2U);
    const Cell& cell = analysis.cells()[0];
    EXPECT_NE(cell.label.find(words_of(cell.key, *factor_)), std::string::npos) << cell.label;

    for (const std::string& table : {csv_document(analysis), cells_table(analysis)}) {
        const std::string header = "," + table.substr(0, table.find('\n')) + ",";
        EXPECT_NE(header.find("," + factor_->name + ","), std::string::npos) << header;
    }
    EXPECT_NE(factors_table(analysis).find("\n" + factor_->name + ","), std::string::npos);
    const auto document = nlohmann::json::parse(json_document(analysis));
    EXPECT_TRUE(document["groups"][0]["cells"][0].contains(factor_->name));
}

INSTANTIATE_TEST_SUITE_P(Rows, EveryFactor,
                         testing::Values(Case{"server", {"a", "b"}}, Case{"clients", {"2", "3"}},
                                         Case{"cores", {"1", "2"}},
                                         Case{"message_bytes", {"8", "64"}},
                                         Case{"transport", {"unix", "unix-seqpacket"}},
                                         Case{"crew", {"2", "3"}, made_up_number},
                                         Case{"way", {"wait", "spin"}, made_up_text}),
                         [](const auto& one) { return one.param.name; });

TEST(FactorTable, EveryRowThatASweepVariesIsTriedHere) {
    std::size_t made_up = 2;
    EXPECT_EQ(swept_factors().size() + made_up, 7U)
        << "name the new factor and two of its values above";
}

// A sweep begun before a factor existed goes on, in the same place.
TEST(FactorTable, AFactorAtItsUsualValueLeavesRecordsAndNamesAsTheyWere) {
    const Words words = words_with("clients", "4");
    const auto directory = [&] { return results_directory(parse_sweep_command(words), "/build"); };
    const Grid before = grid_of(words);
    const std::string record_of_before = record_of(before);
    const std::string lines = record_of_before + runs_of(before);
    const std::string place = directory();
    const AddedRow added(made_up_text());
    const Grid after = grid_of(words);
    EXPECT_EQ(record_of(after), record_of_before);
    EXPECT_EQ(directory(), place);
    EXPECT_EQ(resumed(lines, after).attempts.size(), 2U);
    EXPECT_EQ(cell_text(after.cells[0].cell), "a, 4 connections, 1 core");
    const Analysis analysis = analyse(loaded(lines), parse_compare_command({"x"}).request);
    EXPECT_EQ(analysis.groups.at(0).label, "4 connections, 1 core, 4 bytes");
}

// A later version finds the directory of a sweep that an earlier one began.
TEST(FactorTable, TheNameOfAPlanStaysWhatItWas) {
    const SweepCommand command = parse_sweep_command(
        {"--servers", "a,b", "--clients", "1,16", "--cores", "all", "--", "--run-time", "2s"});
    EXPECT_EQ(results_directory(command, ""), "/sweep-results/sweep-c3a59285");
}

}  // namespace
}  // namespace volley
