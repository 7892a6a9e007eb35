// What defines a cell: the factors in which one measurement can differ from another, as one table.
//
// A row gives a factor's name, how to read it from a result, which option of sweep varies it and
// how it is worded. Sweep, resume, compare and the tables that plots read all walk this table, so
// adding a factor means adding a row. It measures nothing and chooses nothing.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/topology.hh"
#include "run/result.hh"

namespace volley {

// A number or a text; each factor always uses the same one of the two.
using FactorValue = std::variant<std::uint64_t, std::string>;
using FactorList = std::variant<std::vector<std::uint64_t>, std::vector<std::string>>;

// How a sweep varies a factor.
struct SweptBy {
    std::string option;   // of sweep, in plan files and in the plan of its records: "sizes"
    std::string example;  // of a list
    const char* value_name = "LIST";
    const char* meaning = "";   // in --help
    std::string record_key;     // of a cell in a sweep's record: "server_cores"
    std::string client_option;  // of volley, which takes one value: "server-cores"
    // Parses one word of the list. Throws Error(usage).
    FactorValue (*parse)(const std::string& option, const std::string& word) = nullptr;
    // The list that the word "all" stands for; null: the factor has no such word.
    std::vector<std::uint64_t> (*all)(const Topology& topology) = nullptr;
    // The value that was requested for a run, as far as its record says so.
    FactorValue (*asked)(const MeasurementContext& context) = nullptr;
    bool needs_placement = false;  // without placement, all values would measure the same
};

struct Factor {
    std::string name;       // of --by and --where, and of a column or key in each document
    bool is_text = false;   // otherwise a number
    std::string counted;    // "connection", for "16 connections"; "": the value is shown as it is
    std::string not_known;  // the text shown instead of 0; "": 0 is an ordinary value
    // The value that applies if nothing else is given; the label of a sweep's cell omits it. None:
    // a sweep must be given a list.
    std::optional<FactorValue> usual;
    // Left out of records, plan names and group labels if it has its usual value everywhere.
    // Records made before the factor existed therefore keep their form and can be resumed.
    bool is_quiet = false;
    FactorValue (*measured)(const MeasurementContext& context) = nullptr;
    std::optional<SweptBy> sweep;  // none: a sweep does not vary it
};

// In the order of columns, keys and words, and in the order in which a sweep varies them: the first
// varies fastest. The first is the server.
[[nodiscard]] std::span<const Factor> factors();
[[nodiscard]] std::vector<const Factor*> swept_factors();

[[nodiscard]] const Factor* find_factor(std::string_view name);  // null: there is none
[[nodiscard]] const Factor& server_factor();
// "server, clients or cores"; `last` is the word before the last one.
[[nodiscard]] std::string factors_listed(std::string_view last);

// A value for each factor, by place in the table; initially the usual value, or else 0 or "".
class CellKey {
  public:
    CellKey();
    auto operator<=>(const CellKey&) const = default;

    [[nodiscard]] FactorValue& operator[](const Factor& factor);
    [[nodiscard]] const FactorValue& operator[](const Factor& factor) const;
    [[nodiscard]] const std::string& server() const;

  private:
    std::vector<FactorValue> values_;
};

[[nodiscard]] CellKey key_of(const MeasurementContext& context);
// Whether the run was requested as part of this cell, judged by every factor that a sweep varies.
[[nodiscard]] bool was_asked_for(const CellKey& key, const MeasurementContext& context);

[[nodiscard]] std::string text_of(const FactorValue& value);  // "16"; a server's name
[[nodiscard]] std::string value_of(const CellKey& key, const Factor& factor);
// "16 connections", "1 core", "4 bytes"; a server's name.
[[nodiscard]] std::string words_of(const CellKey& key, const Factor& factor);
// False for a number 0 that stands for "not known".
[[nodiscard]] bool is_known(const CellKey& key, const Factor& factor);

// The values that a sweep gives each of its factors, by place in the table; initially the usual
// value.
class FactorLists {
  public:
    FactorLists();

    [[nodiscard]] FactorList& operator[](const Factor& factor);
    [[nodiscard]] const FactorList& operator[](const Factor& factor) const;
    [[nodiscard]] std::vector<std::string>& servers();
    [[nodiscard]] const std::vector<std::string>& servers() const;
    // For a factor with numbers, which must exist.
    [[nodiscard]] std::vector<std::uint64_t>& numbers(std::string_view name);
    [[nodiscard]] const std::vector<std::uint64_t>& numbers(std::string_view name) const;
    [[nodiscard]] std::vector<FactorValue> values(const Factor& factor) const;
    [[nodiscard]] std::vector<std::string> texts(const Factor& factor) const;
    // Whether the factor is quiet and its list holds only the usual value.
    [[nodiscard]] bool is_unsaid(const Factor& factor) const;

  private:
    std::vector<FactorList> lists_;
};

// The table itself. A test adds a row to it, to show that a factor needs nothing but a row.
[[nodiscard]] std::vector<Factor>& factor_table();

}  // namespace volley
