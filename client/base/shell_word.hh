// Words as a shell takes them, for the commands that we print to be repeated.
#pragma once

#include <string>

namespace volley {

// In quotes only where the shell would read it as something else than one word.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace volley
