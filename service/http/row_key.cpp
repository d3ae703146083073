// Reads the key in a path: values joined by commas, each by its column's type.
#include "service/http/row_key.h"

#include <optional>
#include <string>
#include <utility>

#include "service/http/query_scanner.h"

namespace deltamill {

namespace {

// Quotes are only needed around a comma and around the text null, so a quote that opens nothing is
// part of a value. Nothing = the value is not quoted as a whole.
std::optional<std::string> take_quoted_value(QueryScanner& scanner) {
  QueryScanner ahead = scanner;
  std::optional<std::string> value = ahead.at('"') ? ahead.take_quoted() : std::nullopt;
  if (!value || !(ahead.done() || ahead.at(','))) return std::nullopt;
  scanner = ahead;
  return value;
}

// The texts of a key's values; nothing inside = NULL.
std::vector<ListElement> split_key(std::string_view text) {
  std::vector<ListElement> values;
  QueryScanner scanner(text);
  do {
    if (std::optional<std::string> value = take_quoted_value(scanner)) {
      values.emplace_back(std::move(*value));
      continue;
    }
    const std::string_view value = scanner.take_until(",");
    values.push_back(value == "null" ? ListElement() : ListElement(value));
  } while (scanner.take(","));
  return values;
}

}  // namespace

std::vector<SqlValue> parse_key(std::string_view text, const QueriedView& view) {
  const KeyColumns& key = *view.key;
  std::vector<ListElement> values = split_key(text);
  if (key.empty() && text.empty()) values.clear();
  if (values.size() != key.size())
    throw Problem(ProblemName::bad_request, "the key has " + std::to_string(key.size()) +
                                                " values, the path gives " +
                                                std::to_string(values.size()));
  std::vector<SqlValue> operands;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const Type& type = view.columns[key[i]].type;
    const ListElement& value = values[i];
    std::optional<SqlValue> operand =
        value ? read_operand(type, Aspect::equality, *value, view.zones()) : SqlValue();
    if (!operand)
      throw Problem(ProblemName::bad_value, "invalid input syntax for type " + format_type(type) +
                                                ": " + "\"" + *value + "\"");
    operands.push_back(std::move(*operand));
  }
  return operands;
}

}  // namespace deltamill
