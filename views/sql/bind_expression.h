// Expressions of one clause: names, overloads and casts resolved by PostgreSQL's rules. Operators
// and functions: bind_call.cpp; CASE, IN, BETWEEN and other constructs of the grammar:
// bind_construct.cpp; aggregates: bind_aggregate.cpp. Queries inside expressions are bound by the
// query around them, which knows what they may read.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "views/plan/plan.h"
#include "views/sql/catalog.h"
#include "views/sql/coercion.h"
#include "views/sql/scope.h"
#include "views/sql/syntax.h"

namespace deltamill {

// The aggregates of one query; an aggregate_result of it is the offset of a call. An aggregate
// whose arguments read outer columns only belongs to the query that these come from, by
// PostgreSQL's rule: to be built with subqueries.
struct AggregateCalls {
  std::vector<AggregateCall> calls;
};

// What an expression asks of the query that it stands in.
class EnclosingQuery {
 public:
  virtual ~EnclosingQuery() = default;

  [[nodiscard]] virtual const Catalog& catalog() const = 0;
  // The value of a query inside the expression: (SELECT ...), EXISTS, IN, ANY, ALL, ARRAY. It sees
  // the columns of `scope` as those of an outer row, and the same queries of WITH.
  [[nodiscard]] virtual BoundExpression bind_inside(const ExpressionSyntax& subquery,
                                                    const Scope& scope) = 0;
};

class ExpressionBinder {
 public:
  // `clause` names the place in messages ("WHERE"). aggregates: where calls are collected; nullptr =
  // not allowed here. All outlive the binder.
  ExpressionBinder(EnclosingQuery& query, const Scope& scope, std::string_view clause,
                   AggregateCalls* aggregates);

  [[nodiscard]] BoundExpression bind(const ExpressionSyntax& syntax);

  // As boolean.
  [[nodiscard]] ExpressionPtr bind_condition(const ExpressionSyntax& syntax);

  // left `symbol` right, both bound.
  [[nodiscard]] BoundExpression bind_operator(std::string_view symbol, Position position,
                                              std::vector<BoundExpression> operands);

  // Remembers where the columns of FROM in `expression` were named.
  void note_position(const Expression& expression, Position position);

  // Where each column of FROM was first named.
  [[nodiscard]] const std::map<std::uint32_t, Position>& column_positions() const {
    return column_positions_;
  }

 private:
  [[nodiscard]] std::vector<BoundExpression> bind_all(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression to_boolean(const BoundExpression& expression,
                                           std::string_view construct);
  [[nodiscard]] BoundExpression bind_column(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_literal(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_cast(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_collate(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_subquery(const ExpressionSyntax& syntax);

  // bind_call.cpp
  [[nodiscard]] BoundExpression bind_call(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_scalar_call(const ExpressionSyntax& syntax,
                                                 const std::string& name);
  [[nodiscard]] BoundExpression make_bound_call(const Function& function,
                                                const std::vector<BoundExpression>& arguments,
                                                Position position);
  [[nodiscard]] BoundExpression call_named(std::string_view name, BoundExpression argument);

  // bind_aggregate.cpp
  [[nodiscard]] BoundExpression bind_aggregate(const ExpressionSyntax& syntax,
                                               const std::string& name);
  [[nodiscard]] BoundExpression add_aggregate(AggregateCall call, const Collation& collation,
                                              Position position);

  // bind_construct.cpp
  [[nodiscard]] BoundExpression bind_connective(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_negation(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_case(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_choice(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_nullif(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_null_test(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_boolean_test(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_distinct(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_in_list(const ExpressionSyntax& syntax);
  [[nodiscard]] BoundExpression bind_between(const ExpressionSyntax& syntax);

  EnclosingQuery& query_;
  const Catalog& catalog_;
  const Scope& scope_;
  std::string clause_;
  AggregateCalls* aggregates_;
  bool inside_aggregate_ = false;
  std::map<std::uint32_t, Position> column_positions_;
};

// Whether text of this collation is ordered by its bytes.
[[nodiscard]] bool orders_by_bytes(const Collation& collation, const Catalog& catalog);

// Rejects an order of text that is not the order of its bytes.
void require_byte_order(const BoundExpression& expression, const Catalog& catalog,
                        std::string_view what, Position position);

// Rejects equality that is not equality of bytes, and of types without an equality operator (json,
// jsonb).
void require_equality(const BoundExpression& expression, std::string_view what, Position position);

}  // namespace deltamill
