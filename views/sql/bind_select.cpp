// One SELECT: WHERE, then groups, HAVING, the select list, DISTINCT.
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
    found = found || (node.kind == Expression::Kind::column && node.input == aggregate_input);
  });
  return found;
}

// The output an ordinal of GROUP BY or ORDER BY names.
const OpenQuery::Output& output_at(const std::vector<OpenQuery::Output>& outputs,
                                   const ExpressionSyntax& syntax, const std::string& clause) {
  std::size_t ordinal = 0;
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

// The one output of that name; nullptr = none. Rejects two different ones.
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

// A name for a grouping key that reads well in a plan.
std::string key_name(const ExpressionPtr& key, const std::vector<OpenQuery::Output>& outputs,
                     const PlanNode& input) {
  for (const OpenQuery::Output& output : outputs)
    if (equal(*output.value.expression, *key)) return output.name;
  if (key->kind == Expression::Kind::column) return input.columns[key->ordinal].name;
  return "?column?";
}

}  // namespace

void QueryBinder::warn_order_by(const SelectSyntax& query) {
  warnings_.push_back(
      {"unsupported_sql", "ORDER BY without LIMIT has no effect: a view is a multiset",
       "leave it out; order when reading (?order=)", query.order_by.front()->position});
}

std::vector<OpenQuery::Output> QueryBinder::bind_targets(const SelectSyntax& select,
                                                         const Scope& scope,
                                                         ExpressionBinder& binder) {
  std::vector<OpenQuery::Output> outputs;
  for (const TargetSyntax& target : select.targets) {
    attempt([&] {
      const ExpressionSyntax& expression = *target.expression;
      if (expression.kind != Kind::star) {
        outputs.push_back({output_name(target), binder.bind(expression)});
        return;
      }
      for (const ScopeColumn& column : expand_star(scope, expression.names, expression.position)) {
        binder.note_position(*column.expression, expression.position);
        outputs.push_back({column.name, use_column(column, expression.position)});
      }
    });
  }
  return outputs;
}

// An ordinal, the name of a column of FROM, the name of an output, or any expression over FROM.
BoundExpression QueryBinder::group_key(const ExpressionSyntax& syntax, const Scope& scope,
                                       const std::vector<OpenQuery::Output>& outputs) {
  const OpenQuery::Output* output = nullptr;
  if (syntax.kind == Kind::integer_literal) output = &output_at(outputs, syntax, "GROUP BY");
  if (is_constant(syntax))
    reject("type_error", syntax.position, "non-integer constant in GROUP BY",
           "group by a column, an expression or a position");
  if (is_simple_name(syntax) && !has_column(scope, syntax.names.front()))
    output = output_named(outputs, syntax, "GROUP BY");
  if (output == nullptr) {
    ExpressionBinder binder(context_.catalog, scope, "GROUP BY", nullptr);
    return resolve_unknown(binder.bind(syntax));
  }
  if (reads_aggregates(*output->value.expression))
    reject("type_error", syntax.position, "aggregate functions are not allowed in GROUP BY");
  return resolve_unknown(output->value);
}

Expressions QueryBinder::bind_group_keys(const SelectSyntax& select, const Scope& scope,
                                         const std::vector<OpenQuery::Output>& outputs) {
  Expressions keys;
  for (const ExpressionSyntaxPtr& syntax : select.group_by) {
    attempt([&] {
      const BoundExpression key = group_key(*syntax, scope, outputs);
      require_equality(key, "GROUP BY", syntax->position);
      const bool present = std::any_of(keys.begin(), keys.end(), [&](const ExpressionPtr& other) {
        return equal(*other, *key.expression);
      });
      if (!present) keys.push_back(key.expression);
    });
  }
  return keys;
}

// ORDER BY does nothing, but must be valid, and an aggregate in it makes the query a grouped one.
void QueryBinder::check_order_by(const SelectSyntax& select,
                                 const std::vector<OpenQuery::Output>& outputs,
                                 ExpressionBinder& binder) {
  for (const ExpressionSyntaxPtr& syntax : select.order_by) {
    attempt([&] {
      if (syntax->kind == Kind::integer_literal)
        (void)output_at(outputs, *syntax, "ORDER BY");
      else if (!is_simple_name(*syntax) || output_named(outputs, *syntax, "ORDER BY") == nullptr)
        (void)binder.bind(*syntax);
    });
  }
}

OpenQuery QueryBinder::bind_select(const SelectSyntax& select) {
  const std::size_t rejected = rejections_.size();
  const FromItem from = bind_from(select.from);
  PlanPtr plan = from.plan;
  attempt([&] {
    if (!select.where) return;
    ExpressionBinder where(context_.catalog, from.scope, "WHERE", nullptr);
    plan = make_filter(plan, where.bind_condition(*select.where));
  });
  AggregateCalls aggregates;
  ExpressionBinder binder(context_.catalog, from.scope, "the select list", &aggregates);
  std::vector<OpenQuery::Output> outputs = bind_targets(select, from.scope, binder);
  Expressions keys;
  ExpressionPtr having;
  if (rejections_.size() == rejected) {
    keys = bind_group_keys(select, from.scope, outputs);
    check_order_by(select, outputs, binder);
  }
  ExpressionBinder having_binder(context_.catalog, from.scope, "HAVING", &aggregates);
  attempt([&] {
    if (select.having) having = having_binder.bind_condition(*select.having);
  });
  require_none_since(rejected);
  const bool grouped = !select.group_by.empty() || having || !aggregates.calls.empty();
  if (grouped) {
    Grouping grouping(from.scope, keys);
    std::vector<std::string> names;
    Expressions regrouped;
    for (const OpenQuery::Output& output : outputs)
      attempt([&] {
        regrouped.push_back(grouping.regroup(output.value.expression, binder.column_positions()));
      });
    attempt([&] {
      if (having) having = grouping.regroup(having, having_binder.column_positions());
    });
    require_none_since(rejected);
    for (const ExpressionPtr& key : grouping.keys()) names.push_back(key_name(key, outputs, *plan));
    plan = make_aggregate(plan, grouping.keys(), names, aggregates.calls);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      outputs[i].value.expression = grouping.finish(regrouped[i]);
    if (having) plan = make_filter(plan, grouping.finish(having));
  }
  OpenQuery query{plan, std::move(outputs)};
  return select.distinct ? make_distinct(std::move(query), select.position) : query;
}

OpenQuery QueryBinder::make_distinct(OpenQuery query, Position position) {
  for (OpenQuery::Output& output : query.outputs) {
    output.value = resolve_unknown(output.value);
    require_equality(output.value, "DISTINCT", position);
  }
  const BoundQuery closed = close(query);
  return reopen({deltamill::make_distinct(closed.plan), closed.collations});
}

}  // namespace deltamill
