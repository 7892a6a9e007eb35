// Lists of CPUs as people and the kernel write them: "0-3,8".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace volley {

// CPU numbers, ascending, without repeats.
using CpuList = std::vector<int>;

// "0-3,8,10-11" -> {0,1,2,3,8,10,11}; nothing if the text is not such a list (empty text is an
// empty list). CPUs from 0 to 65535.
[[nodiscard]] std::optional<CpuList> parse_cpu_list(std::string_view text);
// {0,1,2,3,8} -> "0-3,8"
[[nodiscard]] std::string format_cpu_list(const CpuList& cpus);

}  // namespace volley
