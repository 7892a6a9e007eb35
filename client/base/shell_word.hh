// Words as a shell takes them, for the commands that we print to be repeated.
#pragma once

#include <string>

namespace volley {

// In quotes only where the shell would read it as something else than one word; what cannot be seen
// (base/printable.hh) as bash reads it: $'\033'.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace volley
