// Rewrites expressions over rows into expressions over groups (PostgreSQL's
// substitute_grouped_columns), top down: a subtree that equals a grouping expression is that key;
// what remains must not read ungrouped columns.
#include "views/sql/bind_grouping.h"

#include <algorithm>

namespace deltamill {

bool Grouping::grouped(std::uint32_t ordinal) const {
  return std::ranges::any_of(keys_, [ordinal](const ExpressionPtr& key) {
    return key->kind == Expression::Kind::column && key->ordinal == ordinal;
  });
}

// Functional dependency as PostgreSQL accepts it (check_functional_grouping): on a primary key
// only, not on a unique one, and only on columns of the same table occurrence.
bool Grouping::determined(std::uint32_t ordinal) const {
  for (const TableInstance& instance : scope_.instances) {
    const std::size_t width = instance.table->columns.size();
    if (ordinal < instance.base || ordinal >= instance.base + width) continue;
    if (!instance.table->primary_key) return false;
    const KeyColumns& key = *instance.table->primary_key;
    return std::ranges::all_of(
        key, [&](std::uint32_t column) { return grouped(instance.base + column); });
  }
  return false;
}

std::string Grouping::column_name(std::uint32_t ordinal) const {
  for (const ScopeTable& table : scope_.tables)
    for (const ScopeColumn& column : table.columns)
      if (column.expression->kind == Expression::Kind::column &&
          column.expression->ordinal == ordinal)
        return table.alias + "." + column.name;
  for (const ScopeColumn& column : scope_.columns)
    if (column.expression->kind == Expression::Kind::column &&
        column.expression->ordinal == ordinal)
      return column.name;
  return "?";
}

ExpressionPtr Grouping::regroup_column(const Expression& column,
                                       const std::map<std::uint32_t, Position>& positions) {
  // A key may be the same column under another label of its type (varchar as text).
  for (std::uint32_t i = 0; i < keys_.size(); ++i)
    if (keys_[i]->kind == Expression::Kind::column && keys_[i]->ordinal == column.ordinal)
      return make_column(column.type, 0, i);
  if (!determined(column.ordinal)) {
    const auto position = positions.find(column.ordinal);
    reject("type_error", position == positions.end() ? 0 : position->second,
           "column \"" + column_name(column.ordinal) +
               "\" must appear in the GROUP BY clause or be used in an aggregate function",
           "add it to GROUP BY, or take min() or max() of it");
  }
  // A further key rather than an aggregate: it has one value per group, so groups stay as they are.
  keys_.push_back(make_column(column.type, 0, column.ordinal));
  return make_column(column.type, 0, static_cast<std::uint32_t>(keys_.size() - 1));
}

ExpressionPtr Grouping::regroup(const ExpressionPtr& expression,
                                const std::map<std::uint32_t, Position>& positions) {
  for (std::uint32_t i = 0; i < keys_.size(); ++i)
    if (equal(*keys_[i], *expression)) return make_column(expression->type, 0, i);
  if (expression->kind == Expression::Kind::column) return regroup_column(*expression, positions);
  if (expression->arguments.empty()) return expression;
  Expressions arguments;
  for (const ExpressionPtr& argument : expression->arguments)
    arguments.push_back(regroup(argument, positions));
  return with_arguments(*expression, std::move(arguments));
}

ExpressionPtr Grouping::finish(const ExpressionPtr& expression) const {
  const auto key_count = static_cast<std::uint32_t>(keys_.size());
  return substitute(Expression::Kind::aggregate_result, expression,
                    [&](const Expression& result, const ExpressionPtr&) {
                      return make_column(result.type, 0, key_count + result.ordinal);
                    });
}

}  // namespace deltamill
