// Dates and times in the one form that PostgreSQL prints, read without tokens: what the stream and
// the snapshot send. Other forms are not recognised here: datetime_input.cpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace deltamill {

// "YYYY-MM-DD" of the years 1..9999. REQUIRES: ten bytes at `at`.
[[nodiscard]] bool read_printed_date(const char* at, std::int64_t& days);

// "HH:MM:SS[.f]" with up to six fractional digits, below 24 h. The text must end where the time
// does.
[[nodiscard]] bool read_printed_time(std::string_view text, std::int64_t& time);

// Both with a blank between.
[[nodiscard]] bool read_printed_timestamp(std::string_view text, std::int64_t& microseconds);

}  // namespace deltamill
