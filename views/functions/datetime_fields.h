// Fields of dates and times by name: extract, date_part and date_trunc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

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

// Part of datetime_functions().
[[nodiscard]] std::vector<Function> datetime_field_functions();

}  // namespace deltamill
