// The types that random cases are made of, with values chosen to be nasty: equal ones that print
// differently, extremes, empty ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/differential/random.h"

namespace deltamill {

enum class Kind : std::uint8_t {
  boolean,
  int2,
  int4,
  int8,
  float4,
  float8,
  numeric,
  text,
  varchar,
  bpchar,
  date,
  time,
  timestamp,
  timestamptz,
  interval,
  uuid,
  bytea,
  mood,  // an enum
  jsonb,
};
inline constexpr std::size_t kind_count = 19;

// Name for a cast, without a length.
[[nodiscard]] std::string name_of(Kind kind);
// A type of a column of this kind: numeric(12,2), varchar(8), …
[[nodiscard]] std::string column_type(Kind kind, Random& random);
// Whether equal values of the kind always print alike, so that any of them may stand for a group.
[[nodiscard]] bool prints_one_way(Kind kind);
[[nodiscard]] bool is_integer(Kind kind);
[[nodiscard]] bool is_character(Kind kind);
// min() and max() exist for it.
[[nodiscard]] bool has_extremes(Kind kind);

// A value for a column of this type, as an SQL literal without a cast; never NULL.
[[nodiscard]] std::string literal(Kind kind, const std::string& type, Random& random);
// The same with a cast, for use in expressions.
[[nodiscard]] std::string typed_literal(Kind kind, Random& random);
[[nodiscard]] Kind any_kind(Random& random);

}  // namespace deltamill
