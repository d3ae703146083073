// Takes words, quoted texts and lists off the front of a parameter. What a word means is decided in
// row_query.cpp.
#include "service/http/query_scanner.h"

#include <algorithm>
#include <utility>

#include "views/data/ascii.h"

namespace deltamill {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// An element without quotes: blanks around it do not count, NULL is NULL, backslashes escape.
ListElement unquoted_element(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (equals_ignoring_case(trimmed, "null")) return std::nullopt;
  std::string value;
  for (std::size_t i = 0; i < trimmed.size(); ++i) {
    if (trimmed[i] == '\\' && i + 1 < trimmed.size()) ++i;
    value += trimmed[i];
  }
  return value;
}

// Takes one element; false = malformed.
bool take_element(QueryScanner& scanner, std::vector<ListElement>& elements) {
  while (scanner.take(" ")) continue;
  if (!scanner.at('"')) {
    const std::string_view element = scanner.take_until(",{}\"");
    elements.push_back(unquoted_element(element));
    return !trim(element).empty();
  }
  elements.push_back(scanner.take_quoted());
  while (scanner.take(" ")) continue;
  return elements.back().has_value();
}

}  // namespace

bool QueryScanner::take(std::string_view prefix) {
  if (!rest_.starts_with(prefix)) return false;
  rest_.remove_prefix(prefix.size());
  return true;
}

std::string_view QueryScanner::take_until(std::string_view ends) {
  const std::string_view part = rest_.substr(0, rest_.find_first_of(ends));
  rest_.remove_prefix(part.size());
  return part;
}

// A backslash takes the next character as it is, as in PostgREST.
std::optional<std::string> QueryScanner::take_quoted() {
  std::string text;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    if (rest_[i] == '"') {
      rest_.remove_prefix(i + 1);
      return text;
    }
    if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
    text += rest_[i];
  }
  return std::nullopt;
}

std::optional<std::string> QueryScanner::take_value() {
  if (at('"')) return take_quoted();
  // A comma within braces belongs to an array literal, one within its quotes too; the value ends at
  // the first that belongs to nothing.
  std::size_t depth = 0;
  std::size_t end = 0;
  bool in_quotes = false;
  for (; end < rest_.size(); ++end) {
    const char c = rest_[end];
    if (depth == 0 && (c == ',' || c == ')')) break;
    if (c == '"' && depth > 0) in_quotes = !in_quotes;
    if (c == '\\' && in_quotes) ++end;
    if (in_quotes) continue;
    if (c == '{') ++depth;
    if (c == '}' && depth > 0) --depth;
  }
  end = std::min(end, rest_.size());
  std::string value(rest_.substr(0, end));
  rest_.remove_prefix(end);
  return value;
}

// One-dimensional literals, as PostgreSQL's array_in reads them (manual: "Array Input and Output
// Syntax").
std::optional<std::vector<ListElement>> parse_array(std::string_view text) {
  text = trim(text);
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  QueryScanner scanner(text.substr(1, text.size() - 2));
  std::vector<ListElement> elements;
  if (trim(scanner.rest()).empty()) return elements;
  do {
    if (!take_element(scanner, elements)) return std::nullopt;
  } while (scanner.take(","));
  if (!scanner.done()) return std::nullopt;
  return elements;
}

std::optional<std::string> glob_of(std::string_view pattern) {
  std::string glob;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '%' || c == '*') {
      glob += '*';
      continue;
    }
    if (c == '_') {
      glob += '?';
      continue;
    }
    if (c == '\\') {
      if (++i == pattern.size()) return std::nullopt;
      c = pattern[i] == '*' ? '%' : pattern[i];  // * stands for %, so this is \%
    }
    // Special to GLOB, plain to LIKE: in brackets they stand for themselves.
    const bool special = c == '*' || c == '?' || c == '[';
    if (special) glob += '[';
    glob += c;
    if (special) glob += ']';
  }
  return glob;
}

}  // namespace deltamill
