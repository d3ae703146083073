// PostgreSQL's interval: months, days and microseconds, which are compared as if a month had 30
// days and a day 24 h.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "views/data/arena.h"
#include "views/data/value.h"
#include "views/data/wide_integer.h"

namespace deltamill {

inline constexpr std::size_t packed_interval_bytes = 16;

struct Interval {
  std::int64_t microseconds = 0;
  std::int32_t days = 0;
  std::int32_t months = 0;

  // The 16 bytes that a Value and a row hold: microseconds, days, months in the machine's byte
  // order.
  void pack(char* target) const {
    std::memcpy(target, &microseconds, sizeof microseconds);
    std::memcpy(target + 8, &days, sizeof days);
    std::memcpy(target + 12, &months, sizeof months);
  }
  [[nodiscard]] static Interval unpack(const char* bytes) {
    Interval interval;
    std::memcpy(&interval.microseconds, bytes, sizeof interval.microseconds);
    std::memcpy(&interval.days, bytes + 8, sizeof interval.days);
    std::memcpy(&interval.months, bytes + 12, sizeof interval.months);
    return interval;
  }
  [[nodiscard]] static Interval of_value(const Value& value) { return unpack(value.data); }
  [[nodiscard]] Value to_value(Arena& arena) const;

  // The total in microseconds: equal and ordered iff PostgreSQL says so.
  [[nodiscard]] Int128 span() const {
    const std::int64_t total_days = std::int64_t{months} * 30 + days;
    return Int128{microseconds} + Int128{total_days} * 86'400'000'000;
  }
  [[nodiscard]] bool operator==(const Interval&) const = default;
};

// PostgreSQL's input forms: "1 year 2 mons 3 days 04:05:06.7", "1.5 days ago", "1-2", ISO 8601
// "P1Y2M3DT4H5M6S". The modifier says what a number without a unit means (interval '1' day) and
// what is cut off or rounded; -1 = none.
[[nodiscard]] std::optional<Interval> parse_interval(std::string_view text, std::int32_t modifier);

// Applies a modifier (atttypmod) to a value, as a cast to interval(p) or interval day to hour does.
[[nodiscard]] Interval fit_interval(const Interval& interval, std::int32_t modifier);

// IntervalStyle=postgres: "1 year 2 mons -3 days +04:05:06.7".
void append_interval(const Interval& interval, std::string& text);

}  // namespace deltamill
