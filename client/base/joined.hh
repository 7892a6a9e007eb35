// Joins texts with a separator: "1, 16, 64".
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

// "a, b and c". `last` is the separator before the last text, with its spaces: " and ".
[[nodiscard]] inline std::string listed(std::vector<std::string> texts, std::string_view last) {
    if (texts.size() < 2) {
        return joined(texts, "");
    }
    const std::string end = texts.back();
    texts.pop_back();
    return joined(texts, ", ") + std::string(last) + end;
}

}  // namespace volley
