// Binds one SELECT. First every clause is bound over the row of FROM, then the plan is built in the
// order in which PostgreSQL evaluates a SELECT:
//
//   1 FROM   2 WHERE   3 GROUP BY and aggregates   4 HAVING   5 window functions   6 select list
//   7 DISTINCT   8 ORDER BY   9 LIMIT
//
// Both steps are needed because names do not follow that order: GROUP BY and ORDER BY may name
// columns of the select list, and whether a query is grouped is only known once all its clauses
// have been searched for aggregates. Phase 5 has no construct yet, and phases 8 and 9 none that
// changes a multiset: ORDER BY is checked alone, LIMIT is refused by the parser's side.
#include <algorithm>
#include <charconv>

#include "views/plan/build.h"
#include "views/sql/bind_grouping.h"
#include "views/sql/bind_query.h"
#include "views/sql/output_names.h"

namespace deltamill {

namespace {

using Kind = ExpressionSyntax::Kind;

bool reads_aggregates(const Expression& expression) {
  bool found = false;
  visit_expression(expression, [&](const Expression& node) {
    found = found || (node.kind == Expression::Kind::aggregate_result);
  });
  return found;
}

// The output an ordinal of GROUP BY or ORDER BY names.
const OpenQuery::Output& output_at(const std::vector<OpenQuery::Output>& outputs,
                                   const ExpressionSyntax& syntax, const std::string& clause) {
  std::size_t ordinal = 0;
  // The grammar has made sure that these are digits.
  std::from_chars(syntax.text.data(), syntax.text.data() + syntax.text.size(), ordinal);
  if (ordinal < 1 || ordinal > outputs.size())
    reject("type_error", syntax.position,
           clause + " position " + syntax.text + " is not in the select list",
           "positions go from 1 to " + std::to_string(outputs.size()));
  return outputs[ordinal - 1];
}

bool is_simple_name(const ExpressionSyntax& syntax) {
  return syntax.kind == Kind::column && syntax.names.size() == 1;
}

bool is_constant(const ExpressionSyntax& syntax) {
  return syntax.kind == Kind::null_literal || syntax.kind == Kind::number_literal ||
         syntax.kind == Kind::string_literal;
}

// The one output of that name; nullptr = none. Refuses two different ones, as
// findTargetlistEntrySQL92() does: the same expression twice under one name is no ambiguity.
const OpenQuery::Output* output_named(const std::vector<OpenQuery::Output>& outputs,
                                      const ExpressionSyntax& syntax, const std::string& clause) {
  const OpenQuery::Output* found = nullptr;
  for (const OpenQuery::Output& output : outputs) {
    if (output.name != syntax.names.front()) continue;
    if (found != nullptr && !equal(*found->value.expression, *output.value.expression))
      reject("ambiguous_name", syntax.position, clause + " \"" + output.name + "\" is ambiguous",
             "rename one of the columns");
    found = &output;
  }
  return found;
}

// A name for a grouping key, as explain shows it. The names of the view come from the projection
// above the groups.
std::string key_name(const ExpressionPtr& key, const std::vector<OpenQuery::Output>& outputs,
                     const PlanNode& input) {
  for (const OpenQuery::Output& output : outputs)
    if (equal(*output.value.expression, *key)) return output.name;
  if (key->kind == Expression::Kind::column) return input.columns[key->ordinal].name;
  return "?column?";
}

class SelectBinder {
 public:
  SelectBinder(QueryBinder& queries, const SelectSyntax& select)
      : queries_(queries),
        rejections_(queries.collected()),
        select_(select),
        rejected_before_(rejections_.count()),
        output_binder_(queries, from_.scope, "the select list", &aggregates_),
        having_binder_(queries, from_.scope, "HAVING", &aggregates_) {}

  [[nodiscard]] OpenQuery bind() {
    // a. Clauses, over the row of FROM, in an order that lets each find what it may refer to. A
    // refused clause does not end the others, so that all errors are reported at once.
    bind_from();
    bind_where();
    bind_outputs();
    // Positions and names of outputs mean something only if all outputs are known: a refused one
    // would shift the positions.
    if (rejections_.count() == rejected_before_) {
      bind_group_keys();
      bind_order_by();
    }
    bind_having();
    rejections_.require_none_since(rejected_before_);

    // b. The plan, in the order of evaluation; the numbers are those above.
    plan_ = from_.plan;               // 1
    if (where_) filter(where_);       // 2
    if (grouped()) group();           // 3
    if (having_) filter(having_);     // 4
    return distinct(open_outputs());  // 6, 7
  }

 private:
  // The clauses.
  void bind_from();
  void bind_where();
  void bind_outputs();
  void bind_output(const TargetSyntax& target);
  void bind_group_keys();
  [[nodiscard]] BoundExpression group_key(const ExpressionSyntax& syntax);
  void bind_order_by();
  void bind_having();

  // The plan.
  void filter(const ExpressionPtr& condition) { plan_ = make_filter(plan_, condition); }
  [[nodiscard]] bool grouped() const;
  void group();
  [[nodiscard]] OpenQuery open_outputs() { return {plan_, std::move(outputs_)}; }
  [[nodiscard]] OpenQuery distinct(OpenQuery query);

  QueryBinder& queries_;
  Rejections& rejections_;
  const SelectSyntax& select_;
  const std::size_t rejected_before_;

  // What the clauses mean. Over the row of FROM until group() puts groups in its place.
  QueryBinder::FromItem from_;
  ExpressionPtr where_;  // nullptr: none, as having_
  std::vector<OpenQuery::Output> outputs_;
  Expressions keys_;
  ExpressionPtr having_;
  AggregateCalls aggregates_;  // of the select list, ORDER BY and HAVING, each once
  ExpressionBinder output_binder_;
  ExpressionBinder having_binder_;

  PlanPtr plan_;  // up to the phase at hand
};

// Without the rows of FROM no other clause means anything: what is refused there ends the query.
void SelectBinder::bind_from() {
  from_ = queries_.bind_from(select_.from);
}

void SelectBinder::bind_where() {
  rejections_.attempt([&] {
    if (!select_.where) return;
    // Without aggregates: WHERE is evaluated before there are groups.
    ExpressionBinder binder(queries_, from_.scope, "WHERE", nullptr);
    where_ = binder.bind_condition(*select_.where);
  });
}

void SelectBinder::bind_outputs() {
  for (const TargetSyntax& target : select_.targets)
    rejections_.attempt([&] { bind_output(target); });
}

void SelectBinder::bind_output(const TargetSyntax& target) {
  const ExpressionSyntax& expression = *target.expression;
  if (expression.kind != Kind::star) {
    outputs_.push_back({output_name(target), output_binder_.bind(expression)});
    return;
  }
  for (const ScopeColumn& column :
       expand_star(from_.scope, expression.names, expression.position)) {
    // For the message that a column of * is not grouped.
    output_binder_.note_position(*column.expression, expression.position);
    outputs_.push_back({column.name, use_column(column, expression.position)});
  }
}

// REQUIRES: the outputs are complete, since a position counts them.
void SelectBinder::bind_group_keys() {
  for (const ExpressionSyntaxPtr& syntax : select_.group_by) {
    rejections_.attempt([&] {
      const BoundExpression key = group_key(*syntax);
      require_equality(key, "GROUP BY", syntax->position);
      const bool present = std::ranges::any_of(keys_, [&](const ExpressionPtr& present_key) {
        return equal(*present_key, *key.expression);
      });
      if (!present) keys_.push_back(key.expression);
    });
  }
}

// A position, the name of a column of FROM, the name of an output, or any expression over FROM. A
// column of FROM goes before an output of the same name (as SQL:1999 wants it and
// findTargetlistEntrySQL92() does for GROUP BY alone), and one of an enclosing query behind it.
BoundExpression SelectBinder::group_key(const ExpressionSyntax& syntax) {
  const OpenQuery::Output* output = nullptr;
  if (syntax.kind == Kind::integer_literal) output = &output_at(outputs_, syntax, "GROUP BY");
  if (is_constant(syntax))
    reject("type_error", syntax.position, "non-integer constant in GROUP BY",
           "group by a column, an expression or a position");
  if (is_simple_name(syntax) && !has_column(from_.scope, syntax.names.front()))
    output = output_named(outputs_, syntax, "GROUP BY");
  if (output == nullptr) {
    ExpressionBinder binder(queries_, from_.scope, "GROUP BY", nullptr);
    return resolve_unknown(binder.bind(syntax));
  }
  if (reads_aggregates(*output->value.expression))
    reject("type_error", syntax.position, "aggregate functions are not allowed in GROUP BY");
  return resolve_unknown(output->value);
}

// ORDER BY does nothing, since a view is a multiset, but must be valid: PostgreSQL refuses the same
// text otherwise, and an aggregate in it makes the query a grouped one. Here an output goes before
// a column of FROM of the same name, the other way round than in GROUP BY.
void SelectBinder::bind_order_by() {
  for (const ExpressionSyntaxPtr& syntax : select_.order_by) {
    rejections_.attempt([&] {
      if (syntax->kind == Kind::integer_literal)
        (void)output_at(outputs_, *syntax, "ORDER BY");
      else if (!is_simple_name(*syntax) || output_named(outputs_, *syntax, "ORDER BY") == nullptr)
        (void)output_binder_.bind(*syntax);
    });
  }
}

void SelectBinder::bind_having() {
  rejections_.attempt([&] {
    if (select_.having) having_ = having_binder_.bind_condition(*select_.having);
  });
}

// HAVING alone makes one group of all rows, also of none: SELECT 1 FROM t HAVING true is one row.
bool SelectBinder::grouped() const {
  return !select_.group_by.empty() || having_ || !aggregates_.calls.empty();
}

// From here on outputs and HAVING are expressions over groups: first each is checked against the
// keys, which may add columns that a grouped primary key determines; only when all keys are known
// have the aggregates, which stand behind them, their places.
void SelectBinder::group() {
  Grouping grouping(from_.scope, keys_);
  // Two passes, because a key that is added while one output is regrouped moves the aggregates,
  // which stand behind the keys, for all outputs before it.
  Expressions regrouped;
  for (const OpenQuery::Output& output : outputs_)
    rejections_.attempt([&] {
      regrouped.push_back(
          grouping.regroup(output.value.expression, output_binder_.column_positions()));
    });
  rejections_.attempt([&] {
    if (having_) having_ = grouping.regroup(having_, having_binder_.column_positions());
  });
  rejections_.require_none_since(rejected_before_);

  std::vector<std::string> names;
  for (const ExpressionPtr& key : grouping.keys()) names.push_back(key_name(key, outputs_, *plan_));
  plan_ = make_aggregate(plan_, grouping.keys(), names, aggregates_.calls);
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    outputs_[i].value.expression = grouping.finish(regrouped[i]);
  if (having_) having_ = grouping.finish(having_);
}

// Rows of DISTINCT are compared as they are shown, so that untyped literals become text first. The
// projection is closed below it: DISTINCT is over outputs, not over rows of FROM.
OpenQuery SelectBinder::distinct(OpenQuery query) {
  if (!select_.distinct) return query;
  for (OpenQuery::Output& output : query.outputs) {
    output.value = resolve_unknown(output.value);
    require_equality(output.value, "DISTINCT", select_.position);
  }
  const BoundQuery closed = close(query);
  return reopen({make_distinct(closed.plan), closed.collations});
}

}  // namespace

OpenQuery QueryBinder::bind_select(const SelectSyntax& select) {
  return SelectBinder(*this, select).bind();
}

}  // namespace deltamill
