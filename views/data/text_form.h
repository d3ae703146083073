// Values <-> PostgreSQL's text output, byte for byte, under DateStyle=ISO, IntervalStyle=postgres,
// TimeZone=UTC, extra_float_digits=3, bytea_output=hex. The stream, snapshots, sinks and HTTP all
// use these forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "views/data/arena.h"
#include "views/data/json_syntax.h"
#include "views/data/time_zones.h"
#include "views/data/value.h"

namespace deltamill {

// Reads what PostgreSQL printed (and the usual input forms of the type: what a literal 'x'::type or
// an HTTP filter may say). Bytes that the text does not hold verbatim go to the arena; otherwise
// the value views `text`. Applies the type's modifier as input does (numeric(12,2) rounds,
// varchar(n) refuses what is too long, char(n) pads). Nothing = not a value of this type.
// `zones` are those that dates and times may name; what PostgreSQL printed names none.
[[nodiscard]] std::optional<Value> parse_text(const Type& type, std::string_view text, Arena& arena,
                                              const TimeZones& zones = built_in_zones());

// Appends the text form. REQUIRES: not NULL.
void append_text(const Type& type, const Value& value, std::string& text);

// Appends the value as PostgreSQL's row_to_json prints it as a member: numbers bare, NaN and
// infinities quoted, json and jsonb verbatim, NULL as null, everything else as a JSON string
// (timestamps with T: "2024-05-01T12:00:00").
void append_json(const Type& type, const Value& value, std::string& text);

}  // namespace deltamill
