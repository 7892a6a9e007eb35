// Every form of a comparison against a golden file; VOLLEY_UPDATE_GOLDEN=1 writes them anew.
#include "compare/documents.hh"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/build_info.hh"
#include "compare/fixture_for_compare_tests.hh"
#include "compare/ranking.hh"
#include "compare/tables.hh"
#include "compare/text_table.hh"

namespace volley {

using namespace fixture;

namespace {

// Two groups: one with all kinds of verdict but one, and one with a single run, a failed run, and a
// name that Markdown and CSV must not interpret.
std::string made_lines() {
    return lines_of("one", 1, 12) + lines_of("fast", 0.8, 12) + lines_of("same", 1.001, 12) +
           lines_of("few", 1.3, 4) + line_of({.server = "alone", .round = 77, .base_ns = 12'000}) +
           line_of({.server = "a|b, \"c\"", .round = 1, .clients = 64}) +
           line_of({.server = "broken",
                    .round = 1,
                    .clients = 64,
                    .error = "connection 7: the reply is wrong\n  sent 00",
                    .kernel = "6.9.0"});
}

Analysis made(Detail detail = Detail::figures) {
    AnalysisRequest asked = request();
    asked.baseline = "one";
    return analyse(read(made_lines(), detail), asked);
}

Change made_change() {
    return find_change(
        read(lines_of("a", 1, 12) + lines_of("b", 1, 12) + lines_of("gone", 1, 1), Detail::figures,
             "old.jsonl"),
        read(lines_of("a", 1.4, 12) + lines_of("b", 1.002, 12), Detail::figures, "new.jsonl"),
        request());
}

void expect(const std::string& name, std::string text) {
    // The revision does not matter.
    const std::string revision = std::string("(") + build_revision + ")";
    for (auto at = text.find(revision); at != std::string::npos; at = text.find(revision)) {
        text.replace(at, revision.size(), "(revision)");
    }
    fixture::expect_golden("../../compare/testdata/" + name, fixture::rounded(text));
}

// The number of cells in each row, quoted or not.
std::size_t cells_in(const std::string& row) {
    std::size_t cells = 1;
    bool quoted = false;
    for (const char byte : row) {
        quoted = byte == '"' ? !quoted : quoted;
        cells += byte == ',' && !quoted ? 1 : 0;
    }
    return cells;
}

}  // namespace

TEST(CompareDocuments, Golden) {
    const Analysis analysis = made();
    expect("ranking.txt", screen_text(analysis));
    expect("ranking.md", markdown_text(analysis));
    expect("ranking.csv", csv_document(analysis));
    expect("ranking.json", json_document(analysis));
    const Change change = made_change();
    expect("change.txt", screen_text(change));
    expect("change.md", markdown_text(change));
    expect("change.csv", csv_document(change));
    expect("change.json", json_document(change));
}

// Texts that CommonMark and GitHub's dialect would read as a link, an image, code, HTML, an entity,
// a formula, an address, a list and a heading.
TEST(CompareDocuments, MarkdownKeepsANameAsText) {
    EXPECT_EQ(markdown_text("[a](http://b.example) ![c](d)"),
              "\\[a\\](http\\://b.example) !\\[c\\](d)");
    EXPECT_EQ(markdown_text("`a` **b** ~c~ <b>d</b> &lt; $e$"),
              "\\`a\\` \\*\\*b\\*\\* \\~c\\~ \\<b\\>d\\</b\\> \\&lt; \\$e\\$");
    EXPECT_EQ(markdown_text("www.a.example :smile: a: b"), "www\\.a.example \\:smile: a: b");
    EXPECT_EQ(markdown_text("- a"), "\\- a");
    EXPECT_EQ(markdown_text("12. a"), "12\\. a");
    EXPECT_EQ(markdown_text("# a|b\\"), "\\# a\\|b\\\\");
    EXPECT_EQ(markdown_text("c-epoll, 16 connections, 1.5"), "c-epoll, 16 connections, 1.5");
    EXPECT_EQ(markdown_text("7.97 [7.55, 8.49]"), "7.97 [7.55, 8.49]");
    EXPECT_EQ(markdown_text("[1](x) [1][2] [1]: x [ ] a"),
              "\\[1\\](x) \\[1\\][2] \\[1\\]: x \\[ \\] a");
    const std::string name = "](x) | <i>\n[y]";
    AnalysisRequest asked = request();
    const std::string text =
        markdown_text(analyse(read(lines_of(name, 1, 1) + lines_of("other", 2, 1)), asked));
    EXPECT_NE(text.find("\n| \\](x) \\| \\<i\\>"), std::string::npos) << text;
}

TEST(CompareDocuments, GoldenTables) {
    const Analysis analysis = made(Detail::tables);
    expect("meta.csv", meta_table(analysis));
    expect("cells.csv", cells_table(analysis));
    expect("factors.csv", factors_table(analysis));
    expect("comparisons.csv", comparisons_table(analysis));
    expect("warnings.csv", warnings_table(analysis));
    expect("environment.csv", environment_table(analysis));
}

TEST(CompareDocuments, EveryRowHasTheCellsOfItsHeader) {
    const Analysis analysis = made(Detail::tables);
    for (const auto& table :
         {meta_table(analysis), cells_table(analysis), figures_table(analysis),
          runs_table(analysis), windows_table(analysis), spectrum_table(analysis),
          distribution_table(analysis), comparisons_table(analysis), warnings_table(analysis),
          environment_table(analysis), csv_document(analysis), csv_document(made_change())}) {
        std::istringstream rows(table);
        std::string header;
        std::getline(rows, header);
        std::size_t count = 0;
        for (std::string row; std::getline(rows, row); ++count) {
            ASSERT_EQ(cells_in(row), cells_in(header)) << row;
        }
        EXPECT_GT(count, 0U) << header;
    }
}

TEST(CompareTables, FiguresAreThoseOfCompleteCells) {
    const Analysis analysis = made(Detail::tables);
    const std::string figures = figures_table(analysis);
    // Six cells have complete runs.
    EXPECT_EQ(static_cast<std::size_t>(std::count(figures.begin(), figures.end(), '\n')),
              1 + 6 * fields().size());
    const std::string runs = runs_table(analysis);
    EXPECT_EQ(std::count(runs.begin(), runs.end(), '\n'), 1 + 12 * 3 + 4 + 3);
    EXPECT_NE(runs.find("FALSE,connection 7: the reply is wrong\\n  sent 00,1,0.25,,,"),
              std::string::npos);
}

TEST(CompareTables, SharesOfADistributionAddUpToOne) {
    std::istringstream rows(distribution_table(made(Detail::tables)));
    std::string row;
    std::getline(rows, row);
    double sum = 0;
    double low = 0;
    double high = 0;
    double share = 0;
    double cumulative = 0;
    double last_high = 0;
    while (std::getline(rows, row)) {
        unsigned cell = 0;
        ASSERT_EQ(
            std::sscanf(row.c_str(), "%u,%lf,%lf,%lf,%lf", &cell, &low, &high, &share, &cumulative),
            5);
        if (cell != 1) {
            break;
        }
        EXPECT_GE(low, last_high);
        EXPECT_LT(high, low * 1.06);
        last_high = high;
        sum += share;
        EXPECT_NEAR(cumulative, sum, 1e-9);
    }
    EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(CompareTables, TheSpectrumEndsAtTheMaximum) {
    const Analysis analysis = made(Detail::tables);
    const std::string spectrum = spectrum_table(analysis);
    const Histogram& pooled = *analysis.cells()[0].pooled;
    EXPECT_NE(spectrum.find("\n1,0,1," + std::to_string(pooled.minimum())), std::string::npos);
    EXPECT_NE(spectrum.find("\n1,0.9,10,"), std::string::npos);
    EXPECT_NE(spectrum.find("\n1,1," + std::to_string(pooled.count()) + "," +
                            std::to_string(pooled.maximum()) + "\n"),
              std::string::npos);
}

}  // namespace volley
