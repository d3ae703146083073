// What PostgreSQL packs into the modifier of a type (atttypmod); -1 = none.
#pragma once

#include <cstdint>

namespace deltamill {

// numeric(digits, scale): both in one number, the scale in its low 11 bits with a sign, plus 4.
struct NumericPrecision {
  std::int32_t digits = 0;  // of the whole number
  std::int32_t scale = 0;   // below 0: rounded to tens, hundreds, ...
};

// REQUIRES: a modifier is there.
[[nodiscard]] constexpr NumericPrecision numeric_precision(std::int32_t modifier) {
  const std::int32_t packed = modifier - 4;
  return {packed >> 16 & 0xffff, ((packed & 0x7ff) ^ 1024) - 1024};
}
static_assert(numeric_precision((12 << 16 | 2) + 4).scale == 2);
static_assert(numeric_precision((2 << 16 | (-3 & 0x7ff)) + 4).scale == -3);

// interval: the fields that are kept in the high half (bits as in INTERVAL_MASK), digits of a
// second's fraction in the low one.
inline constexpr std::int32_t field_month = 1 << 1;
inline constexpr std::int32_t field_year = 1 << 2;
inline constexpr std::int32_t field_day = 1 << 3;
inline constexpr std::int32_t field_hour = 1 << 10;
inline constexpr std::int32_t field_minute = 1 << 11;
inline constexpr std::int32_t field_second = 1 << 12;
inline constexpr std::int32_t all_interval_fields = 0x7fff;

[[nodiscard]] constexpr std::int32_t interval_fields(std::int32_t modifier) {
  return modifier < 0 ? all_interval_fields : modifier >> 16 & all_interval_fields;
}

// Digits of a second's fraction, -1 = all.
[[nodiscard]] constexpr std::int32_t interval_precision(std::int32_t modifier) {
  return modifier < 0 || (modifier & 0xffff) == 0xffff ? -1 : modifier & 0xffff;
}

}  // namespace deltamill
