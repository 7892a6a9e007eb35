// Texts in a row, with something between them: "1, 16, 64".
#pragma once

#include <string>
#include <string_view>

namespace volley {

// texts: any range of strings.
template <typename Texts>
[[nodiscard]] std::string joined(const Texts& texts, std::string_view between) {
    std::string all;
    for (const auto& text : texts) {
        all += all.empty() ? std::string_view{} : between;
        all += text;
    }
    return all;
}

}  // namespace volley
