// Content negotiation: which form of rows an Accept header asks for, and whether gzip may be used.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace deltamill {

enum class RowFormat : std::uint8_t { json, ndjson, csv, single_object };

[[nodiscard]] const char* content_type_of(RowFormat format);

// The format of rows that an Accept header prefers; an empty header is JSON. Nothing = none of ours
// (406).
[[nodiscard]] std::optional<RowFormat> negotiate_format(std::string_view accept);

// The same for one row by its key, which is an object: json or single_object.
[[nodiscard]] std::optional<RowFormat> negotiate_row_format(std::string_view accept);

// True when an Accept-Encoding header allows gzip.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

}  // namespace deltamill
