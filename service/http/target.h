// The target of a request: path segments and query parameters. Percent-encoding is undone here,
// once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/problem.h"

namespace deltamill {

struct Parameter {
  std::string name;
  std::string value;
};

// Nothing: a broken escape, a NUL, or bytes that are not UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);

// Escapes everything but unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);

[[nodiscard]] std::string_view path_of(std::string_view target);
[[nodiscard]] std::string_view query_of(std::string_view target);

// Splits a path at its slashes, still encoded; "/v1/views" gives {"v1", "views"}.
[[nodiscard]] std::vector<std::string_view> path_segments(std::string_view path);

// A segment that names something: decoded; `.`, `..`, and an encoded slash are refused.
[[nodiscard]] std::string decode_segment(std::string_view segment);

// The parameters of a query in their order; a name without "=" has an empty value.
[[nodiscard]] std::vector<Parameter> parse_parameters(std::string_view query);

}  // namespace deltamill
