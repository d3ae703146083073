// Fields of dates and times by name: extract, date_part and date_trunc.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "views/functions/function.h"

namespace deltamill {

// Midnight of a day; infinities stay. Nothing = beyond the range of a timestamp.
[[nodiscard]] std::optional<std::int64_t> timestamp_of_date(std::int64_t days);

// Part of datetime_functions().
[[nodiscard]] std::vector<Function> datetime_field_functions();

}  // namespace deltamill
