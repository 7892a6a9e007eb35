// What makes a cell: the factors in which one measurement can differ from another, as one table.
//
// A row says what a factor is called, how it is read from a result, which option of sweep varies it
// and which words it has. Sweep, resume, compare and the tables that plots read all walk this
// table, so that another factor is another row. It measures and chooses nothing.
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

// A number or a text, each factor always the same of the two.
using FactorValue = std::variant<std::uint64_t, std::string>;
using FactorList = std::variant<std::vector<std::uint64_t>, std::vector<std::string>>;

// How a sweep varies a factor.
struct SweptBy {
    std::string option;   // of sweep, in plan files and in the plan of its records: "sizes"
    std::string example;  // of a list
    const char* value_name = "LIST";
    const char* meaning = "";   // in --help
    std::string record_key;     // of a cell in a sweep's record: "server_cores"
    std::string client_option;  // of volley, that has one value: "server-cores"
    // Of one word of the list. Throws Error(usage).
    FactorValue (*parse)(const std::string& option, const std::string& word) = nullptr;
    // The list that the word "all" stands for; null: it has no such word.
    std::vector<std::uint64_t> (*all)(const Topology& topology) = nullptr;
    // What a run was asked to be measured with, as far as its record says so.
    FactorValue (*asked)(const MeasurementContext& context) = nullptr;
    bool needs_placement = false;  // without it all values would measure the same
};

struct Factor {
    std::string name;       // of --by and --where, and of a column or key in each document
    bool is_text = false;   // otherwise a number
    std::string counted;    // "connection", for "16 connections"; "": the value is shown as it is
    std::string not_known;  // what is said instead of 0; "": 0 is a value like others
    // What holds where nothing else is said; a cell of a sweep is shown without it. Nothing: a
    // sweep has to be given a list.
    std::optional<FactorValue> usual;
    // Left out of records, names of plans and labels of groups where it is nowhere but at its
    // usual value. What came before the factor thus stays as it was, and is gone on with.
    bool is_quiet = false;
    bool is_compared = true;  // compare --by takes it
    FactorValue (*measured)(const MeasurementContext& context) = nullptr;
    std::optional<SweptBy> sweep;  // nothing: a sweep does not vary it
};

// In the order in which columns, keys and words stand, and in which a sweep varies them: the first
// the fastest. The first is the server.
[[nodiscard]] std::span<const Factor> factors();
[[nodiscard]] std::vector<const Factor*> swept_factors();

[[nodiscard]] const Factor* find_factor(std::string_view name);  // null: there is none
[[nodiscard]] const Factor& server_factor();
// "server, clients or cores"; `last` is the word before the last one.
[[nodiscard]] std::string factors_listed(bool only_compared, std::string_view last);

// A value of each factor, by place in the table; at first what is usual, or else 0 or "".
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
// Whether the run was asked to be one of this cell, by all that a sweep varies.
[[nodiscard]] bool was_asked_for(const CellKey& key, const MeasurementContext& context);

[[nodiscard]] std::string text_of(const FactorValue& value);  // "16"; a server's name
[[nodiscard]] std::string value_of(const CellKey& key, const Factor& factor);
// "16 clients", "1 core", "4 bytes"; a server's name.
[[nodiscard]] std::string words_of(const CellKey& key, const Factor& factor);
// A number 0 that stands for "not known".
[[nodiscard]] bool is_known(const CellKey& key, const Factor& factor);

// The values that a sweep gives each of its factors, by place in the table; at first what is usual.
class FactorLists {
  public:
    FactorLists();

    [[nodiscard]] FactorList& operator[](const Factor& factor);
    [[nodiscard]] const FactorList& operator[](const Factor& factor) const;
    [[nodiscard]] std::vector<std::string>& servers();
    [[nodiscard]] const std::vector<std::string>& servers() const;
    // Of a factor that has numbers, which must be there.
    [[nodiscard]] std::vector<std::uint64_t>& numbers(std::string_view name);
    [[nodiscard]] const std::vector<std::uint64_t>& numbers(std::string_view name) const;
    [[nodiscard]] std::vector<FactorValue> values(const Factor& factor) const;
    [[nodiscard]] std::vector<std::string> texts(const Factor& factor) const;
    // Whether the list is nothing but the usual value of a factor of which that need not be said.
    [[nodiscard]] bool is_unsaid(const Factor& factor) const;

  private:
    std::vector<FactorList> lists_;
};

// The table itself: a test adds a row to it, which shows that a row is all that a factor needs.
[[nodiscard]] std::vector<Factor>& factor_table();

}  // namespace volley
