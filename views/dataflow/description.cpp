// The texts that operators share in explain. Columns are shown under the names of the collections
// they are read from.
#include "views/dataflow/description.h"

#include <algorithm>

#include "views/dataflow/collection.h"

namespace deltamill {

namespace {

// "orders" of "table public.orders".
std::string short_name(const Collection& collection) {
  const std::string& name = collection.name();
  const std::size_t dot = name.rfind('.');
  const std::size_t start = dot == std::string::npos ? name.rfind(' ') : dot;
  return start == std::string::npos ? name : name.substr(start + 1);
}

// The leaf's name; a later one of the same name is numbered: "orders#2".
std::string leaf_name(const std::vector<const Collection*>& leaves, std::uint32_t input) {
  const std::string name = short_name(*leaves[input]);
  const auto before =
      std::ranges::count_if(leaves.begin(), leaves.begin() + input,
                            [&](const Collection* leaf) { return short_name(*leaf) == name; });
  return before == 0 ? name : name + "#" + std::to_string(before + 1);
}

bool has_column(const Collection& leaf, const std::string& name) {
  return std::ranges::any_of(leaf.columns(),
                             [&](const Column& column) { return column.name == name; });
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

ColumnNamer name_columns(std::vector<const Collection*> leaves) {
  return [leaves = std::move(leaves)](std::uint32_t input, std::uint32_t ordinal) {
    const std::string& name = leaves[input]->columns()[ordinal].name;
    const auto having = std::ranges::count_if(
        leaves, [&](const Collection* leaf) { return has_column(*leaf, name); });
    return having == 1 ? name : leaf_name(leaves, input) + "." + name;
  };
}

std::string describe_conditions(const Expressions& conditions, const ColumnNamer& name_of) {
  std::string text;
  for (const ExpressionPtr& condition : conditions) {
    if (!text.empty()) text += " AND ";
    const std::string part = to_text(*condition, name_of);
    // Only the parentheses that to_text() puts around an operation: `(a) = (b)` has others at its
    // ends.
    const bool wrapped = condition->kind == Expression::Kind::call &&
                         condition->function->kind == FunctionKind::operation &&
                         part.starts_with('(') && part.ends_with(')');
    text += wrapped ? part.substr(1, part.size() - 2) : part;
  }
  return text;
}

std::string describe_outputs(const Expressions& outputs, const Columns& columns,
                             const ColumnNamer& name_of) {
  std::string text;
  for (std::size_t output = 0; output < outputs.size(); ++output) {
    if (output > 0) text += ", ";
    const std::string expression = to_text(*outputs[output], name_of);
    const std::string& name = columns[output].name;
    text += expression;
    if (expression != name && !expression.ends_with("." + name)) text += " AS " + name;
  }
  return text;
}

}  // namespace deltamill
