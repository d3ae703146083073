// Looks names up in a chain of scopes (colNameToVar, refnameNamespaceItem of PostgreSQL 15), and
// says which one may have been meant where there is none.
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

// A table of a scope, or of the `level`-th scope around it.
struct FoundTable {
  const ScopeTable* table = nullptr;
  std::uint32_t level = 0;
};

// The innermost one of that name: it hides others even where it lacks the column that is looked
// for, as in PostgreSQL. So a.x in a subquery never silently means the a further out.
FoundTable find_table(const Scope& scope, const std::vector<std::string>& qualifiers) {
  const auto matches = [&](const ScopeTable& table) {
    if (qualifiers.size() == 1) return table.alias == qualifiers[0];
    return table.schema == qualifiers[0] && table.alias == qualifiers[1];
  };
  std::uint32_t level = 0;
  for (const Scope* at = &scope; at != nullptr; at = at->enclosing, ++level) {
    const auto table = std::ranges::find_if(at->tables, matches);
    if (table != at->tables.end()) return {&*table, level};
  }
  return {};
}

FoundTable require_table(const Scope& scope, const std::vector<std::string>& qualifiers,
                         Position position) {
  if (qualifiers.size() > 2)
    reject("unknown_column", position, "a column name has too many parts",
           "write table.column or schema.table.column");
  const FoundTable found = find_table(scope, qualifiers);
  if (found.table != nullptr) return found;
  std::vector<std::string> aliases;
  for (const Scope* at = &scope; at != nullptr; at = at->enclosing)
    for (const ScopeTable& table : at->tables) aliases.push_back(table.alias);
  reject("unknown_table", position,
         "there is no table or alias \"" + qualifiers.back() + "\" in FROM",
         did_you_mean(qualifiers.back(), aliases));
}

// The column as a query sees it that stands `level` queries further inside.
ScopeColumn seen_from(ScopeColumn column, std::uint32_t level) {
  // The row of an enclosing query is constant while the inner one is evaluated for it, so its
  // columns are parameters there: outer_column with the number of queries in between.
  if (level == 0) return column;
  column.expression =
      substitute_columns(column.expression, [level](const Expression& plain, const ExpressionPtr&) {
        return make_outer_column(plain.type, level, plain.ordinal);
      });
  return column;
}

std::vector<const ScopeColumn*> columns_named(const std::vector<ScopeColumn>& columns,
                                              const std::string& name) {
  std::vector<const ScopeColumn*> found;
  for (const ScopeColumn& column : columns)
    if (column.name == name) found.push_back(&column);
  return found;
}

// Columns whose name may have been meant: those of the table, or of all scopes.
std::vector<std::string> candidate_names(const Scope& scope, const ScopeTable* table) {
  if (table != nullptr) return names_of(table->columns);
  std::vector<std::string> names;
  for (const Scope* at = &scope; at != nullptr; at = at->enclosing)
    for (std::string& name : names_of(at->columns)) names.push_back(std::move(name));
  return names;
}

[[noreturn]] void reject_unknown(const Scope& scope, const std::vector<std::string>& names,
                                 const ScopeTable* table, Position position) {
  const std::string& name = names.back();
  // `SELECT t FROM t` is the whole row as a value in PostgreSQL, and deserves that message.
  const bool is_table = names.size() == 1 && find_table(scope, {name}).table != nullptr;
  if (is_table) throw refusal_of(Construct::whole_row, position);
  const std::string of = names.size() > 1 ? " of \"" + names[names.size() - 2] + "\"" : "";
  reject("unknown_column", position, "column \"" + name + "\"" + of + " does not exist",
         did_you_mean(name, candidate_names(scope, table)));
}

[[noreturn]] void reject_ambiguous(const Scope& scope, const std::vector<std::string>& names,
                                   Position position) {
  std::string owners;
  for (const ScopeTable& table : scope.tables) {
    if (columns_named(table.columns, names.back()).empty()) continue;
    owners += (owners.empty() ? "" : " or ") + table.alias + "." + names.back();
  }
  reject("ambiguous_name", position, "column \"" + names.back() + "\" is ambiguous",
         owners.empty() || names.size() > 1 ? "rename one of them" : "write " + owners);
}

// The one column of that name; nullptr = there is none.
const ScopeColumn* find_only(const std::vector<ScopeColumn>& columns, const Scope& scope,
                             const std::vector<std::string>& names, Position position) {
  const std::vector<const ScopeColumn*> found = columns_named(columns, names.back());
  if (found.size() > 1) reject_ambiguous(scope, names, position);
  return found.empty() ? nullptr : found.front();
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
    // Two tables of one name in different schemas may stand beside each other, told apart by
    // schema.table; an alias has no schema and clashes with both.
    const bool taken = std::ranges::any_of(tables, [&](const ScopeTable& present) {
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
  // Only when it is used: a table may have columns of types that no view holds.
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
  if (names.size() > 1) {
    const std::vector<std::string> qualifiers(names.begin(), names.end() - 1);
    const auto [table, level] = require_table(scope, qualifiers, position);
    const ScopeColumn* const column = find_only(table->columns, scope, names, position);
    if (column == nullptr) reject_unknown(scope, names, table, position);
    return use_column(seen_from(*column, level), position);
  }
  std::uint32_t level = 0;
  for (const Scope* at = &scope; at != nullptr; at = at->enclosing, ++level)
    if (const ScopeColumn* const column = find_only(at->columns, *at, names, position))
      return use_column(seen_from(*column, level), position);
  reject_unknown(scope, names, nullptr, position);
}

bool has_column(const Scope& scope, const std::string& name) {
  return !columns_named(scope.columns, name).empty();
}

std::vector<ScopeColumn> expand_star(const Scope& scope, const std::vector<std::string>& qualifiers,
                                     Position position) {
  if (!qualifiers.empty()) {
    const auto [table, level] = require_table(scope, qualifiers, position);
    std::vector<ScopeColumn> columns;
    for (const ScopeColumn& column : table->columns) columns.push_back(seen_from(column, level));
    return columns;
  }
  if (scope.columns.empty())
    reject("type_error", position, "SELECT * needs a FROM clause", "name the columns");
  return scope.columns;
}

}  // namespace deltamill
