#include "compare/text_table.hh"

#include <algorithm>
#include <string_view>

#include "report/layout.hh"

namespace volley {

namespace {

constexpr std::size_t note_columns = 100;

std::string screen_line(const TextTable& table, const std::vector<std::size_t>& widths,
                        const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t at = 0; at < cells.size(); ++at) {
        const std::string text = printable(cells[at]);
        line += "  " + (table.left[at] ? pad_right(text, widths[at]) : pad_left(text, widths[at]));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::string markdown_line(const std::vector<std::string>& cells) {
    std::string line = "|";
    for (const auto& cell : cells) {
        line += " " + markdown_text(cell) + " |";
    }
    return line + '\n';
}

}  // namespace

std::string as_screen(const TextTable& table) {
    std::vector<std::size_t> widths;
    for (std::size_t at = 0; at < table.columns.size(); ++at) {
        std::size_t width = columns_of(table.columns[at]);
        for (const auto& row : table.rows) {
            width = std::max(width, columns_of(printable(row[at])));
        }
        widths.push_back(width);
    }
    std::string text = printable(table.heading) + '\n' + screen_line(table, widths, table.columns);
    for (const auto& row : table.rows) {
        text += screen_line(table, widths, row);
    }
    for (const auto& note : table.notes) {
        text += wrap("  ", printable(note), note_columns);
    }
    return text;
}

std::string as_markdown(const TextTable& table) {
    std::string text =
        "### " + markdown_text(table.heading) + "\n\n" + markdown_line(table.columns);
    text += '|';
    for (std::size_t at = 0; at < table.columns.size(); ++at) {
        text += table.left[at] ? ":--|" : "--:|";
    }
    text += '\n';
    for (const auto& row : table.rows) {
        text += markdown_line(row);
    }
    for (const auto& note : table.notes) {
        text += "\n" + markdown_text(note) + "\n";
    }
    return text;
}

std::string markdown_text(const std::string& text) {
    constexpr std::string_view markup = "\\`*_|<>#~";
    std::string safe;
    for (const char byte : printable(text)) {
        if (markup.find(byte) != std::string_view::npos) {
            safe += '\\';
        }
        safe += byte;
    }
    return safe;
}

}  // namespace volley
