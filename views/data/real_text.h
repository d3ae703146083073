// Text of floating point numbers as PostgreSQL 12+ prints and reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace deltamill {

// Shortest digits that lie strictly between the neighbours' midpoints, PostgreSQL's choice between
// fixed and exponent.
void append_float8(double real, std::string& text);
void append_float4(float real, std::string& text);

// Decimal notation, NaN, [+-]inf[inity] in any case, blanks around. Nothing = no number, or out of
// the type's range.
[[nodiscard]] std::optional<double> parse_float8(std::string_view text);
[[nodiscard]] std::optional<float> parse_float4(std::string_view text);

}  // namespace deltamill
