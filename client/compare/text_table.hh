// A table of texts, for a screen and as Markdown.
#pragma once

#include <string>
#include <vector>

namespace volley {

struct TextTable {
    std::string heading;
    std::vector<std::string> columns;            // their names
    std::vector<bool> left;                      // left-aligned; the others right-aligned
    std::vector<std::vector<std::string>> rows;  // as many texts as there are columns
    std::vector<std::string> notes;              // below the table, a line each
};

// Nothing in the texts can move the cursor or end a cell or a line.
[[nodiscard]] std::string as_screen(const TextTable& table);
[[nodiscard]] std::string as_markdown(const TextTable& table);
// For text outside of tables: a server's name may contain Markdown markup.
[[nodiscard]] std::string markdown_text(const std::string& text);

}  // namespace volley
