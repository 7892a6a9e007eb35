// From JSON to plain data, with every type and range checked: the reading counterpart of
// record_keys.hh.
//
// It knows values, not lines; read_results.cc knows the lines.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "report/record_keys.hh"

namespace volley {

// Private to reading: read_results.cc adds file and line and throws the Error.
struct Malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void require(bool holds, const char* key, const char* what) {
    if (!holds) {
        throw Malformed("\"" + std::string(key) + "\" is not " + what);
    }
}

// A missing key reads as null.
[[nodiscard]] inline const nlohmann::json& member(const nlohmann::json& object, const char* key) {
    static const nlohmann::json null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

// All are declared first, because each calls the others on its members.
template <typename T>
void read_value(const nlohmann::json& json, const char* key, T& value);
template <typename T>
void read_value(const nlohmann::json& json, const char* key, std::optional<T>& value);
template <typename T>
void read_value(const nlohmann::json& json, const char* key, std::vector<T>& value);
inline void read_value(const nlohmann::json& json, const char* key, std::vector<Setting>& value);
inline void read_value(const nlohmann::json& json, const char* key, Fingerprint& value);

template <typename T>
void read_keys(const nlohmann::json& object, T& data) {
    for_each_key(data, [&](const char* key, auto& value) {
        const auto& found = member(object, key);
        if (!found.is_null() || !may_lack<T>(key)) {
            read_value(found, key, value);
        }
    });
}

template <typename T>
void read_number(const nlohmann::json& json, const char* key, T& value) {
    if constexpr (std::unsigned_integral<T>) {
        require(json.is_number_unsigned(), key, "a whole number from 0 to 2^64 - 1");
        value = json.get<T>();
    } else if constexpr (std::integral<T>) {
        require(json.is_number_integer(), key, "a whole number");
        // A number beyond the range of int64 is stored as unsigned, and is then beyond the range of
        // T.
        const auto number = json.is_number_unsigned() && json.get<std::uint64_t>() >> 62U != 0
                                ? std::numeric_limits<std::int64_t>::max()
                                : json.get<std::int64_t>();
        require(number >= std::numeric_limits<T>::min() && number <= std::numeric_limits<T>::max(),
                key, "within the range of its type");
        value = static_cast<T>(number);
    } else {
        require(json.is_number() && std::isfinite(json.get<double>()), key, "a number");
        value = json.get<double>();
    }
}

inline void read_value(const nlohmann::json& json, const char* key, std::vector<Setting>& value) {
    require(json.is_object(), key, "an object");
    for (const auto& [name, setting] : json.items()) {
        const auto add = [&, &option = name](const nlohmann::json& text) {
            require(text.is_string(), key, "an object of texts");
            value.push_back({option, text.get<std::string>()});
        };
        if (setting.is_array()) {
            for (const auto& text : setting) {
                add(text);
            }
        } else {
            add(setting);
        }
    }
}

// Files from before version 2 of the method have none.
inline void read_value(const nlohmann::json& json, const char* key, Fingerprint& value) {
    require(json.is_object() || json.is_null(), key, "an object");
    for (const auto& [file, hash] : json.items()) {
        require(hash.is_string(), key, "an object of texts");
        value.push_back({file, hash.get<std::string>()});
    }
    std::sort(value.begin(), value.end());
}

template <typename T>
void read_value(const nlohmann::json& json, const char* key, std::optional<T>& value) {
    if (json.is_null()) {
        value.reset();
    } else {
        read_value(json, key, value.emplace());
    }
}

// Columns of equal length; no columns at all means an empty series.
template <Columnar T>
void read_columns(const nlohmann::json& json, const char* key, std::vector<T>& rows) {
    require(json.is_object(), key, "an object of columns");
    std::optional<std::size_t> length;
    T names{};
    for_each_key(names, [&](const char* column, const auto&) {
        const auto& values = member(json, column);
        require(values.is_null() || values.is_array(), column, "a column");
        length = length.value_or(values.size());
        require(values.size() == *length, column, "as long as its neighbours");
    });
    rows.resize(length.value_or(0));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for_each_key(rows[row], [&](const char* column, auto& value) {
            read_value(json.find(column)->at(row), column, value);
        });
    }
}

template <typename T>
void read_value(const nlohmann::json& json, const char* key, std::vector<T>& value) {
    if constexpr (Columnar<T>) {
        read_columns(json, key, value);
    } else {
        require(json.is_array(), key, "an array");
        value.resize(json.size());
        for (std::size_t at = 0; at < value.size(); ++at) {
            read_value(json[at], key, value[at]);
        }
    }
}

template <typename T>
void read_value(const nlohmann::json& json, const char* key, T& value) {
    if constexpr (Keyed<T>) {
        require(json.is_object(), key, "an object");
        read_keys(json, value);
    } else if constexpr (std::same_as<T, Sharing>) {
        require(json.is_string(), key, "a text");
        for (const Sharing sharing :
             {Sharing::none, Sharing::smt_siblings, Sharing::some_cpus, Sharing::unknown}) {
            if (json.get_ref<const std::string&>() == to_string(sharing)) {
                value = sharing;
                return;
            }
        }
        require(false, key, "a way of sharing CPUs that this version knows");
    } else if constexpr (std::same_as<T, bool>) {
        require(json.is_boolean(), key, "true or false");
        value = json.get<bool>();
    } else if constexpr (std::same_as<T, std::string>) {
        require(json.is_string(), key, "a text");
        value = json.get<std::string>();
    } else {
        read_number(json, key, value);
    }
}

}  // namespace volley
