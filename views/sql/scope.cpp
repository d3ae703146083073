// Looking names up, and saying which one may have been meant.
#include "views/sql/scope.h"

#include <algorithm>

#include "views/sql/refusals.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

ExpressionPtr shifted(const ExpressionPtr& expression, std::uint32_t count) {
  return substitute_columns(expression, [count](const Expression& column, const ExpressionPtr&) {
    return make_column(column.type, column.input, column.ordinal + count);
  });
}

std::vector<std::string> names_of(const std::vector<ScopeColumn>& columns) {
  std::vector<std::string> names;
  for (const ScopeColumn& column : columns) names.push_back(column.name);
  return names;
}

const ScopeTable* find_table(const Scope& scope, const std::vector<std::string>& qualifiers) {
  for (const ScopeTable& table : scope.tables) {
    const bool matches = qualifiers.size() == 1
                             ? table.alias == qualifiers[0]
                             : table.schema == qualifiers[0] && table.alias == qualifiers[1];
    if (matches) return &table;
  }
  return nullptr;
}

const ScopeTable& require_table(const Scope& scope, const std::vector<std::string>& qualifiers,
                                Position position) {
  if (qualifiers.size() > 2)
    reject("unknown_column", position, "a column name has too many parts",
           "write table.column or schema.table.column");
  const ScopeTable* const table = find_table(scope, qualifiers);
  if (table != nullptr) return *table;
  std::vector<std::string> aliases;
  for (const ScopeTable& candidate : scope.tables) aliases.push_back(candidate.alias);
  reject("unknown_table", position,
         "there is no table or alias \"" + qualifiers.back() + "\" in FROM",
         did_you_mean(qualifiers.back(), aliases));
}

std::vector<const ScopeColumn*> columns_named(const std::vector<ScopeColumn>& columns,
                                              const std::string& name) {
  std::vector<const ScopeColumn*> found;
  for (const ScopeColumn& column : columns)
    if (column.name == name) found.push_back(&column);
  return found;
}

[[noreturn]] void reject_unknown(const Scope& scope, const std::vector<std::string>& names,
                                 const std::vector<ScopeColumn>& candidates, Position position) {
  const std::string& name = names.back();
  const bool is_table = names.size() == 1 && find_table(scope, {name}) != nullptr;
  if (is_table) throw refusal_of(Construct::whole_row, position);
  const std::string of = names.size() > 1 ? " of \"" + names[names.size() - 2] + "\"" : "";
  reject("unknown_column", position, "column \"" + name + "\"" + of + " does not exist",
         did_you_mean(name, names_of(candidates)));
}

}  // namespace

void Scope::shift(std::uint32_t count) {
  if (count == 0) return;
  for (ScopeColumn& column : columns) column.expression = shifted(column.expression, count);
  for (ScopeTable& table : tables)
    for (ScopeColumn& column : table.columns) column.expression = shifted(column.expression, count);
  for (TableInstance& instance : instances) instance.base += count;
}

void Scope::append(Scope other, Position position) {
  for (ScopeTable& table : other.tables) {
    const bool taken = std::any_of(tables.begin(), tables.end(), [&](const ScopeTable& present) {
      return present.alias == table.alias &&
             (present.schema == table.schema || present.schema.empty() || table.schema.empty());
    });
    if (taken)
      reject("ambiguous_name", position,
             "table name \"" + table.alias + "\" is specified more than once",
             "give each its own alias: " + table.alias + " AS a");
    tables.push_back(std::move(table));
  }
  std::move(other.columns.begin(), other.columns.end(), std::back_inserter(columns));
  std::move(other.instances.begin(), other.instances.end(), std::back_inserter(instances));
}

BoundExpression use_column(const ScopeColumn& column, Position position) {
  const Type& type = column.expression->type;
  if (type.kind == TypeKind::unsupported)
    reject("unsupported_type", position,
           "column \"" + column.name + "\" has type " + format_type(type) +
               ", which views cannot hold",
           "leave it out and name the other columns");
  if (column.generated)
    reject("unsupported_sql", position,
           "column \"" + column.name +
               "\" is generated: PostgreSQL does not put it into the change log",
           "write its expression in the view");
  return {column.expression, column.collation, position};
}

BoundExpression find_column(const Scope& scope, const std::vector<std::string>& names,
                            Position position) {
  const std::vector<ScopeColumn>* candidates = &scope.columns;
  if (names.size() > 1) {
    const std::vector<std::string> qualifiers(names.begin(), names.end() - 1);
    candidates = &require_table(scope, qualifiers, position).columns;
  }
  const std::vector<const ScopeColumn*> found = columns_named(*candidates, names.back());
  if (found.empty()) reject_unknown(scope, names, *candidates, position);
  if (found.size() > 1) {
    std::string owners;
    for (const ScopeTable& table : scope.tables) {
      if (columns_named(table.columns, names.back()).empty()) continue;
      owners += (owners.empty() ? "" : " or ") + table.alias + "." + names.back();
    }
    reject("ambiguous_name", position, "column \"" + names.back() + "\" is ambiguous",
           owners.empty() || names.size() > 1 ? "rename one of them" : "write " + owners);
  }
  return use_column(*found.front(), position);
}

bool has_column(const Scope& scope, const std::string& name) {
  return !columns_named(scope.columns, name).empty();
}

std::vector<ScopeColumn> expand_star(const Scope& scope, const std::vector<std::string>& qualifiers,
                                     Position position) {
  if (!qualifiers.empty()) return require_table(scope, qualifiers, position).columns;
  if (scope.columns.empty())
    reject("type_error", position, "SELECT * needs a FROM clause", "name the columns");
  return scope.columns;
}

}  // namespace deltamill
