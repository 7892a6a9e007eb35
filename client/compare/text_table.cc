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

// The length of the interval that begins here, such as "[7.55, 8.49]", which is left unescaped for
// legibility; 0: none. It must not be followed by anything that makes it a link.
std::size_t interval_at(std::string_view text, std::size_t at) {
    if (text[at] != '[') {
        return 0;
    }
    const std::size_t end = text.find_first_not_of("0123456789.-+, ", at + 1);
    const bool ends = end != std::string_view::npos && text[end] == ']' && end > at + 1 &&
                      text.find_first_of("0123456789", at) < end;
    const char next = ends && end + 1 < text.size() ? text[end + 1] : ' ';
    return ends && next != '(' && next != '[' && next != ':' ? end + 1 - at : 0;
}

// Whether CommonMark or GitHub's dialect gives the character a meaning in its place: markup,
// tables, links, entities, formulas, addresses that become links automatically (https://, www.),
// :emoji:, and at the beginning whatever would start a list, a rule or a heading.
bool has_meaning(std::string_view text, std::size_t at) {
    constexpr std::string_view markup = "\\`*_|<>#~[]&$";
    const char byte = text[at];
    const bool is_last = at + 1 == text.size();
    if (byte == ':') {
        return !is_last && text[at + 1] != ' ';
    }
    if (byte == '.' || byte == ')') {
        const bool ends_a_number = at > 0 && text.find_first_not_of("0123456789") == at &&
                                   (is_last || text[at + 1] == ' ');
        return ends_a_number || (byte == '.' && at >= 3 && text.substr(at - 3, 3) == "www");
    }
    if (byte == '-' || byte == '+' || byte == '=') {
        return at == 0 && text.size() > 1;
    }
    return markup.find(byte) != std::string_view::npos;
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
    const std::string shown = printable(text);
    std::string safe;
    for (std::size_t at = 0; at < shown.size(); ++at) {
        if (const std::size_t length = interval_at(shown, at); length > 0) {
            safe += shown.substr(at, length);
            at += length - 1;
            continue;
        }
        safe += has_meaning(shown, at) ? "\\" : "";
        safe += shown[at];
    }
    return safe;
}

}  // namespace volley
