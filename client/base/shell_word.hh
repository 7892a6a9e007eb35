// Quotes words for a shell, for the commands that we print for the user to repeat.
#pragma once

#include <string>

namespace volley {

// Quoted only where the shell would not read it as one plain word. Invisible characters
// (base/printable.hh) are written in bash's form: $'\033'.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace volley
