// What names mean inside one SELECT: the columns of its FROM clause, by table and by themselves,
// and behind them those of the queries around it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "views/plan/plan.h"
#include "views/sql/coercion.h"

namespace deltamill {

// A column that a name can stand for. The expression reads the row of the FROM clause (input 0); it
// is a plain column except where USING merged two.
struct ScopeColumn {
  std::string name;
  ExpressionPtr expression;
  Collation collation;
  bool generated = false;  // of a source table: not in the change log
};

// What may stand before the dot.
struct ScopeTable {
  std::string alias;
  std::string schema;  // only where the table's own name is used: schema.table.column
  std::vector<ScopeColumn> columns;
};

// A source table in the FROM clause: `base` is the ordinal of its first column in the row. Columns
// that no name reaches any more (hidden by a join's alias) still have their table.
struct TableInstance {
  std::shared_ptr<const Table> table;
  std::uint32_t base = 0;
};

// Scopes form a chain, from a query inside an expression to the query whose row it is evaluated
// for. Names are looked up as PostgreSQL does: innermost scope first, and the first one that knows
// a name decides, so that an inner name hides outer ones and is ambiguous only among its equals.
// Levels count queries inside expressions alone: a subquery in FROM, an arm of UNION ALL and a
// query of WITH see what the query sees that they stand in, but not its FROM, and so have its
// level.
struct Scope {
  const Scope* enclosing = nullptr;  // outlives this one; nullptr = none
  std::vector<ScopeTable> tables;
  std::vector<ScopeColumn> columns;  // by unqualified name and for *, in order
  std::vector<TableInstance> instances;

  // Moves all columns to the right, behind `count` others.
  void shift(std::uint32_t count);

  // Adds the names of a scope whose columns were shifted behind those of this one.
  void append(Scope other, Position position);
};

// The column that [[schema.]table.]column stands for; of an enclosing scope it is an outer_column.
// Rejects unknown and ambiguous names, columns of types that views cannot hold, and generated
// columns.
[[nodiscard]] BoundExpression find_column(const Scope& scope, const std::vector<std::string>& names,
                                          Position position);

// Whether an unqualified name is a column of this scope itself, also an ambiguous one.
[[nodiscard]] bool has_column(const Scope& scope, const std::string& name);

// The columns of * or table.* in order; * means this scope's own, `table` may be an enclosing
// one's.
[[nodiscard]] std::vector<ScopeColumn> expand_star(const Scope& scope,
                                                   const std::vector<std::string>& qualifiers,
                                                   Position position);

// The column as an expression of a query. Rejects what find_column rejects of a column it found.
[[nodiscard]] BoundExpression use_column(const ScopeColumn& column, Position position);

}  // namespace deltamill
