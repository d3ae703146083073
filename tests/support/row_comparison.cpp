// Rows are compared as text; only values of columns compared by value are read.
#include "tests/support/row_comparison.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace deltamill {

namespace {

constexpr std::size_t rows_shown_max = 10;

// End of the JSON value that begins at `from`.
std::size_t end_of_value(const std::string& text, std::size_t from) {
  int depth = 0;
  for (std::size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == '}')) {
      return at;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  throw std::runtime_error("not a row: " + text);
}

// 1.500 -> 1.5, 100 -> 100, -0 -> 0. Numbers with an exponent are PostgreSQL's floats, already the
// shortest text of their value.
std::string number_by_value(std::string number) {
  if (number.find('.') != std::string::npos && number.find('e') == std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.ends_with('.')) number.pop_back();
  }
  return number == "-0" ? "0" : number;
}

// Every number of a JSON value by its value.
std::string numbers_by_value(const std::string& value) {
  std::string result;
  for (std::size_t at = 0; at < value.size();) {
    if (value[at] == '"') {
      const std::size_t from = at;
      for (++at; value[at] != '"'; ++at)
        if (value[at] == '\\') ++at;
      ++at;
      result += value.substr(from, at - from);
    } else if (value[at] == '-' || (value[at] >= '0' && value[at] <= '9')) {
      const std::size_t to = std::min(value.find_first_of(",]} ", at), value.size());
      result += number_by_value(value.substr(at, to - at));
      at = to;
    } else {
      result += value[at++];
    }
  }
  return result;
}

// Microseconds of "1 year 2 mons -3 days +04:05:06.7", as PostgreSQL compares intervals; the text
// itself if it is none.
std::string interval_by_value(const std::string& text) {
  constexpr std::int64_t day = 86'400'000'000;
  std::istringstream words(text.substr(1, text.size() - 2));
  long double total = 0;
  for (std::string word; words >> word;) {
    const std::size_t colon = word.find(':');
    if (colon != std::string::npos) {
      const bool negative = word[0] == '-';
      const std::size_t digits = negative || word[0] == '+' ? 1 : 0;
      const long double seconds = std::stold(word.substr(colon + 4));
      const long double time = std::stold(word.substr(digits, colon - digits)) * 3600 +
                               std::stold(word.substr(colon + 1, 2)) * 60 + seconds;
      total += (negative ? -time : time) * 1e6L;
      continue;
    }
    std::string unit;
    if (!(words >> unit)) return text;
    const long double count = std::stold(word);
    if (unit.starts_with("year"))
      total += count * 360 * day;
    else if (unit.starts_with("mon"))
      total += count * 30 * day;
    else if (unit.starts_with("day"))
      total += count * day;
    else
      return text;
  }
  return std::to_string(total);
}

std::string value_by_value(const std::string& value) {
  if (!value.starts_with('"')) return numbers_by_value(value);
  const bool interval =
      value.find(':') != std::string::npos || value.find(" day") != std::string::npos ||
      value.find(" mon") != std::string::npos || value.find(" year") != std::string::npos;
  try {
    return interval ? interval_by_value(value) : value;
  } catch (const std::logic_error&) {
    return value;  // some other text
  }
}

std::string comparable(const std::string& row, const ColumnsByValue& by_value) {
  if (by_value.empty()) return row;
  std::string result;
  std::size_t at = 1;
  while (at < row.size() && row[at] == '"') {
    const std::size_t colon = row.find("\":", at);
    const std::string column = row.substr(at + 1, colon - at - 1);
    const std::size_t end = end_of_value(row, colon + 2);
    const std::string value = row.substr(colon + 2, end - colon - 2);
    result += "\"" + column + "\":" + (by_value.contains(column) ? value_by_value(value) : value);
    result += row[end];
    at = end + 1;
  }
  return "{" + result;
}

std::vector<std::string> sorted(const std::vector<std::string>& rows,
                                const ColumnsByValue& by_value) {
  std::vector<std::string> result;
  result.reserve(rows.size());
  for (const std::string& row : rows) result.push_back(comparable(row, by_value));
  std::sort(result.begin(), result.end());
  return result;
}

std::string shown(const char* side, const std::vector<std::string>& rows) {
  std::string lines;
  for (std::size_t i = 0; i < std::min(rows.size(), rows_shown_max); ++i)
    lines += std::string(side) + rows[i] + "\n";
  if (rows.size() > rows_shown_max)
    lines += "  and " + std::to_string(rows.size() - rows_shown_max) + " more\n";
  return lines;
}

}  // namespace

std::string difference_of(const std::vector<std::string>& view,
                          const std::vector<std::string>& source, const ColumnsByValue& by_value) {
  const std::vector<std::string> left = sorted(view, by_value);
  const std::vector<std::string> right = sorted(source, by_value);
  std::vector<std::string> only_left;
  std::vector<std::string> only_right;
  std::set_difference(left.begin(), left.end(), right.begin(), right.end(),
                      std::back_inserter(only_left));
  std::set_difference(right.begin(), right.end(), left.begin(), left.end(),
                      std::back_inserter(only_right));
  return shown("view   ", only_left) + shown("source ", only_right);
}

}  // namespace deltamill
