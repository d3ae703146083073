// Fields of dates and times by name (extract, date_part), and cutting off those below a unit
// (date_trunc).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "views/data/time_unit.h"
#include "views/functions/function.h"

namespace deltamill {

// Midnight of a day; infinities stay. Nothing = beyond the range of a timestamp.
[[nodiscard]] std::optional<std::int64_t> timestamp_of_date(std::int64_t days);

struct TruncatedTimestamp {
  std::int64_t timestamp = 0;  // may have left the range of a timestamp
  bool to_days = false;        // the unit is a day or longer
};

// date_trunc on the clock that the timestamp shows. Nothing = no such unit, and the call failed
// with PostgreSQL's message, which names the type. REQUIRES: a finite timestamp.
[[nodiscard]] std::optional<TruncatedTimestamp> truncate_timestamp(std::string_view unit,
                                                                   std::int64_t timestamp,
                                                                   TypeKind kind,
                                                                   CallContext& context);

// Fails with PostgreSQL's message that the unit is not `what` for the type: "recognized",
// "supported".
Value fail_unit(std::string_view name, std::string_view what, TypeKind kind, CallContext& context);

// The number of the era of so many years that holds a year, 1 or above after Christ, below 0
// before. Years are counted without a year 0, so that the eras before and after mirror each other.
[[nodiscard]] std::int64_t era(std::int64_t year, std::int64_t length);
// Decades are counted with one of year 0: 0..9 is decade 0.
[[nodiscard]] std::int64_t decade_of(std::int64_t year);

// Parts of datetime_functions().
[[nodiscard]] std::vector<Function> datetime_field_functions();
[[nodiscard]] std::vector<Function> datetime_truncation_functions();

}  // namespace deltamill
