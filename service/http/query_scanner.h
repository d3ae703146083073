// The smallest parts of the query grammar, on decoded text: names, quoted values, array literals,
// patterns of LIKE.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deltamill {

// The text of a group, a list or an order, read from the left.
class QueryScanner {
 public:
  // The text outlives the scanner.
  explicit QueryScanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool at(char c) const { return !rest_.empty() && rest_.front() == c; }

  // True = the text began with it.
  bool take(std::string_view prefix);
  // Up to the first of `ends`, which stays.
  std::string_view take_until(std::string_view ends);
  // "…" with backslash escapes; nothing = it does not end. REQUIRES: at('"').
  std::optional<std::string> take_quoted();
  // A value of a group or list: quoted, or up to `,` or `)` outside of braces. Nothing = a quoted
  // one does not end.
  std::optional<std::string> take_value();

 private:
  std::string_view rest_;
};

// An element of a list or an array; nothing inside = NULL.
using ListElement = std::optional<std::string>;

// A one-dimensional array as PostgreSQL reads it: {a,"b c",NULL}. Nothing = malformed.
[[nodiscard]] std::optional<std::vector<ListElement>> parse_array(std::string_view text);

// LIKE's pattern (with * for %) as SQLite's GLOB, which never folds case. Nothing: it ends with its
// escape.
[[nodiscard]] std::optional<std::string> glob_of(std::string_view pattern);

}  // namespace deltamill
