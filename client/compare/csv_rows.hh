// Rows of a CSV file, cell by cell.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "report/csv_text.hh"
#include "report/factors.hh"
#include "stats/interval.hh"

namespace volley {

class CsvRows {
  public:
    // header: names with commas between, no newline.
    explicit CsvRows(std::string_view header) : text_(header) { end(); }

    CsvRows& operator<<(const std::string& value) { return put(csv_text(value)); }
    CsvRows& operator<<(std::string_view value) { return put(csv_text(std::string(value))); }
    CsvRows& operator<<(const char* value) { return put(csv_text(value)); }
    CsvRows& operator<<(bool value) { return put(value ? "TRUE" : "FALSE"); }
    CsvRows& operator<<(double value) { return put(csv_number(value)); }
    CsvRows& operator<<(const std::optional<double>& value) { return put(csv_number(value)); }
    // Two cells: low and high.
    CsvRows& operator<<(const std::optional<Interval>& value) {
        return *this << (value ? std::optional(value->low) : std::nullopt)
                     << (value ? std::optional(value->high) : std::nullopt);
    }
    template <std::integral T>
    CsvRows& operator<<(T value) {
        return put(std::to_string(value));
    }
    template <std::integral T>
    CsvRows& operator<<(const std::optional<T>& value) {
        return put(value ? std::to_string(*value) : "");
    }
    void end() {
        text_ += '\n';
        begins_ = true;
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    CsvRows& put(const std::string& cell) {
        if (!begins_) {
            text_ += ',';
        }
        begins_ = false;
        text_ += cell;
        return *this;
    }

    std::string text_;
    bool begins_ = false;
};

// The columns that define a cell, and their values; empty if not known.
[[nodiscard]] inline std::string key_columns() {
    std::string names;
    for (const Factor& factor : factors()) {
        names += (names.empty() ? "" : ",") + factor.name;
    }
    return names;
}
inline void add_key(CsvRows& rows, const CellKey& key) {
    for (const Factor& factor : factors()) {
        rows << (is_known(key, factor) ? value_of(key, factor) : "");
    }
}

}  // namespace volley
