#include "base/shell_word.hh"

#include <string_view>

#include "base/printable.hh"

namespace volley {

namespace {

// $'...' in bash's form: every byte that is not plain ASCII as its number.
std::string in_escapes(const std::string& word) {
    std::string quoted = "$'";
    for (const char byte : word) {
        const auto number = static_cast<unsigned>(static_cast<unsigned char>(byte));
        if (byte == '\'' || byte == '\\') {
            quoted += '\\';
            quoted += byte;
        } else if (number >= 0x20U && number < 0x7fU) {
            quoted += byte;
        } else {
            // Octal with three digits: a hexadecimal number would include a following letter.
            quoted += '\\';
            quoted += static_cast<char>('0' + (number >> 6U));
            quoted += static_cast<char>('0' + (number >> 3U & 7U));
            quoted += static_cast<char>('0' + (number & 7U));
        }
    }
    return quoted + "'";
}

}  // namespace

std::string shell_word(const std::string& word) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+%@";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
        return word;
    }
    if (printable(word) != word) {
        return in_escapes(word);
    }
    std::string quoted = word;
    for (std::size_t at = 0; (at = quoted.find('\'', at)) != std::string::npos; at += 4) {
        quoted.replace(at, 1, "'\\''");
    }
    return "'" + quoted + "'";
}

}  // namespace volley
