// Reads the forms that PostgreSQL prints under DateStyle ISO: fixed columns and no tokens. False
// leaves the text to the general reader.
#include "views/data/printed_datetime.h"

#include "views/data/ascii.h"
#include "views/data/datetime.h"

namespace deltamill {

namespace {

// Two digits, or -1.
int two_digits(const char* at) {
  if (!is_digit(at[0]) || !is_digit(at[1])) return -1;
  return (at[0] - '0') * 10 + (at[1] - '0');
}

}  // namespace

bool read_printed_date(const char* at, std::int64_t& days) {
  const int century = two_digits(at);
  const int year_of_century = two_digits(at + 2);
  const int month = two_digits(at + 5);
  const int day = two_digits(at + 8);
  if (century < 0 || year_of_century < 0 || at[4] != '-' || at[7] != '-') return false;
  const std::int64_t year = century * 100 + year_of_century;
  if (year == 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
    return false;
  days = days_from_civil({year, month, day});
  return true;
}

bool read_printed_time(std::string_view text, std::int64_t& time) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return false;
  const int hour = two_digits(text.data());
  const int minute = two_digits(text.data() + 3);
  const int second = two_digits(text.data() + 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  std::int64_t fraction = 0;
  if (text.size() > 8) {
    if (text[8] != '.' || text.size() < 10 || text.size() > 15) return false;
    for (std::size_t at = 9; at < 15; ++at) {
      if (at < text.size() && !is_digit(text[at])) return false;
      fraction = fraction * 10 + (at < text.size() ? text[at] - '0' : 0);
    }
  }
  time = ((hour * 60 + minute) * 60 + second) * microseconds_per_second + fraction;
  return true;
}

bool read_printed_timestamp(std::string_view text, std::int64_t& microseconds) {
  std::int64_t days = 0;
  std::int64_t time = 0;
  if (text.size() < 19 || text[10] != ' ' || !read_printed_date(text.data(), days) ||
      !read_printed_time(text.substr(11), time))
    return false;
  microseconds = days * microseconds_per_day + time;
  return true;
}

}  // namespace deltamill
