// Columns are shown under the names of the collections they are read from.
#include "views/dataflow/description.h"

#include "views/dataflow/collection.h"
#include "views/expressions/to_text.h"

namespace deltamill {

namespace {

// "orders" of "table public.orders".
std::string short_name(const Collection& collection) {
  const std::string& name = collection.name();
  const std::size_t dot = name.rfind('.');
  const std::size_t start = dot == std::string::npos ? name.rfind(' ') : dot;
  return start == std::string::npos ? name : name.substr(start + 1);
}

}  // namespace

std::string column_list(const Columns& columns, const KeyColumns& key) {
  std::string text = "(";
  for (const std::uint32_t column : key) {
    if (text.size() > 1) text += ", ";
    text += columns[column].name;
  }
  return text + ")";
}

std::string describe(const Expression& expression, std::span<const Collection* const> leaves) {
  return to_text(expression, [&](std::uint32_t input, std::uint32_t ordinal) {
    const Collection& leaf = *leaves[input];
    const std::string& name = leaf.columns()[ordinal].name;
    return leaves.size() == 1 ? name : short_name(leaf) + "." + name;
  });
}

std::string describe(const Expressions& expressions, const std::string& separator,
                     std::span<const Collection* const> leaves) {
  std::string text;
  for (const ExpressionPtr& expression : expressions) {
    if (!text.empty()) text += separator;
    text += describe(*expression, leaves);
  }
  return text;
}

}  // namespace deltamill
