// Binds queries inside expressions: (SELECT ...), EXISTS, IN, ANY, ALL and ARRAY. They are bound
// where they stand, with the columns of the queries around them, and are then refused: nothing
// evaluates them.
#include <utility>

#include "views/plan/transform.h"
#include "views/sql/bind_query.h"
#include "views/sql/refusals.h"

namespace deltamill {

namespace {

using Kind = ExpressionSyntax::Kind;

Construct construct_of(Kind kind) {
  switch (kind) {
    case Kind::exists_subquery: return Construct::exists_subquery;
    case Kind::compared_subquery: return Construct::in_subquery;
    case Kind::array_subquery: return Construct::array_subquery;
    default: return Construct::scalar_subquery;
  }
}

// EXISTS does not look at the columns, (a, b) IN takes as many as there are on its left.
bool needs_one_column(const ExpressionSyntax& syntax) {
  return syntax.kind == Kind::scalar_subquery || syntax.kind == Kind::array_subquery;
}

}  // namespace

// Stands for the value of the query until expressions can hold one: NULL of its type, so that what
// is around it is bound and checked as well. QueryBinder::bind then refuses the whole.
BoundExpression QueryBinder::bind_inside(const ExpressionSyntax& subquery, const Scope& scope) {
  const BoundQuery query = bind_within(*subquery.query, scope);
  subqueries_.push_back({refusal_of(construct_of(subquery.kind), subquery.position), query.plan});
  if (!needs_one_column(subquery)) {
    Type boolean;
    boolean.kind = TypeKind::boolean;
    return {make_constant(boolean, Value::null()), {}, subquery.position};
  }
  if (query.plan->columns.size() != 1)
    reject("type_error", subquery.query->position, "subquery must return only one column");
  return {make_constant(query.plan->columns.front().type, Value::null()), query.collations.front(),
          subquery.position};
}

BoundQuery QueryBinder::bind_within(const SelectSyntax& query, const Scope& enclosing) {
  // Also when the query is rejected, what follows it is bound outside again.
  struct Inside {
    QueryBinder& binder;
    const Scope* const outside;
    ~Inside() {
      binder.enclosing_ = outside;
      --binder.depth_;
    }
  };
  ++depth_;
  const Inside inside{*this, std::exchange(enclosing_, &enclosing)};
  return close(bind_open(query));
}

PlanPtr raise_outer_columns(const PlanPtr& plan, std::uint32_t levels) {
  if (levels == 0) return plan;
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : inputs_of(*plan))
    inputs.push_back(raise_outer_columns(input, levels));
  return with_expressions(with_inputs(*plan, inputs), [levels](const ExpressionPtr& expression) {
    return substitute(Expression::Kind::outer_column, expression,
                      [levels](const Expression& column, const ExpressionPtr&) {
                        return make_outer_column(column.type, column.level + levels,
                                                 column.ordinal);
                      });
  });
}

}  // namespace deltamill
