// Translates the expressions of libpg_query's tree (PostgreSQL 15's parse nodes): one function per
// node kind that views support. Nothing is looked up here: whether a name is a column, a function
// or a type is the binder's to say.
#include "views/sql/translate.h"

namespace deltamill {

namespace {

using Kind = ExpressionSyntax::Kind;

std::shared_ptr<ExpressionSyntax> make_syntax(Kind kind, Position position) {
  auto result = std::make_shared<ExpressionSyntax>();
  result->kind = kind;
  result->position = position;
  return result;
}

}  // namespace

// A NULL takes the place of what was refused, so that the rest is translated and its errors are
// reported as well. The file is refused anyway.
ExpressionSyntaxPtr Translator::refused(Construct construct, std::int32_t location) {
  const Position position = position_of(location);
  refuse(construct, position);
  return make_syntax(Kind::null_literal, position);
}

std::vector<ExpressionSyntaxPtr> Translator::expressions(PgQuery__Node* const* nodes,
                                                         std::size_t count) {
  std::vector<ExpressionSyntaxPtr> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(expression(nodes[i]));
  return result;
}

// NOLINTNEXTLINE(readability-function-size): a flat switch over node kinds
ExpressionSyntaxPtr Translator::expression(const PgQuery__Node* node) {
  const Nesting nesting(*this, last_position_);
  switch (node->node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_REF: return column(*node->column_ref);
    case PG_QUERY__NODE__NODE_A_CONST: return literal(*node->a_const);
    case PG_QUERY__NODE__NODE_A_EXPR: return operation(*node->a_expr);
    case PG_QUERY__NODE__NODE_FUNC_CALL: return call(*node->func_call);
    case PG_QUERY__NODE__NODE_BOOL_EXPR: return boolean(*node->bool_expr);
    case PG_QUERY__NODE__NODE_CASE_EXPR: return case_when(*node->case_expr);
    case PG_QUERY__NODE__NODE_TYPE_CAST: return cast(*node->type_cast);
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST: return boolean_test(*node->boolean_test);
    case PG_QUERY__NODE__NODE_NULL_TEST: {
      const PgQuery__NullTest& test = *node->null_test;
      const bool is_null = test.nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL;
      auto result =
          make_syntax(is_null ? Kind::is_null : Kind::is_not_null, position_of(test.location));
      result->arguments = {expression(test.arg)};
      return result;
    }
    case PG_QUERY__NODE__NODE_COALESCE_EXPR: {
      const PgQuery__CoalesceExpr& coalesce = *node->coalesce_expr;
      auto result = make_syntax(Kind::coalesce, position_of(coalesce.location));
      result->arguments = expressions(coalesce.args, coalesce.n_args);
      return result;
    }
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR: {
      const PgQuery__MinMaxExpr& extreme = *node->min_max_expr;
      const bool greatest = extreme.op == PG_QUERY__MIN_MAX_OP__IS_GREATEST;
      auto result =
          make_syntax(greatest ? Kind::greatest : Kind::least, position_of(extreme.location));
      result->arguments = expressions(extreme.args, extreme.n_args);
      return result;
    }
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE: {
      const PgQuery__CollateClause& collate = *node->collate_clause;
      auto result = make_syntax(Kind::collate, position_of(collate.location));
      result->names = strings_of(collate.collname, collate.n_collname);
      result->arguments = {expression(collate.arg)};
      return result;
    }
    case PG_QUERY__NODE__NODE_SUB_LINK: return subquery(*node->sub_link);
    default: return unsupported(*node);
  }
}

// A query inside an expression is refused as a whole: what else would be refused inside it is not
// said beside it. It is kept, so that it can be bound where it stands.
ExpressionSyntaxPtr Translator::subquery(const PgQuery__SubLink& link) {
  const auto [kind, construct] = [&]() -> std::pair<Kind, Construct> {
    switch (link.sub_link_type) {
      case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
        return {Kind::exists_subquery, Construct::exists_subquery};
      case PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK:
      case PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK:
        return {Kind::compared_subquery, Construct::in_subquery};
      case PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK:
        return {Kind::array_subquery, Construct::array_subquery};
      default: return {Kind::scalar_subquery, Construct::scalar_subquery};
    }
  }();
  auto result = make_syntax(kind, position_of(link.location));
  refuse(construct, result->position);
  // Refusals inside it are dropped again, and positions go on from before it.
  const std::size_t refused = rejections_.size();
  const Position last_position = last_position_;
  if (link.testexpr != nullptr) result->arguments = {expression(link.testexpr)};
  result->query = query(link.subselect);
  rejections_.resize(refused);
  last_position_ = last_position;
  return result;
}

// NOLINTNEXTLINE(readability-function-size): a flat switch over node kinds
ExpressionSyntaxPtr Translator::unsupported(const PgQuery__Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION: {
      const PgQuery__SQLValueFunction& value = *node.sqlvalue_function;
      // The enum lists the functions of the clock first, CURRENT_DATE to LOCALTIMESTAMP(n), then
      // those of the session (CURRENT_USER …).
      const bool clock = value.op <= PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N;
      return refused(clock ? Construct::clock : Construct::session_value, value.location);
    }
    case PG_QUERY__NODE__NODE_PARAM_REF:
      return refused(Construct::parameter, node.param_ref->location);
    case PG_QUERY__NODE__NODE_ROW_EXPR:
      return refused(Construct::row_constructor, node.row_expr->location);
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
      return refused(Construct::array_constructor, node.a_array_expr->location);
    case PG_QUERY__NODE__NODE_A_INDIRECTION: {
      const PgQuery__AIndirection& indirection = *node.a_indirection;
      (void)expression(indirection.arg);
      const bool subscript =
          indirection.n_indirection > 0 &&
          indirection.indirection[0]->node_case == PG_QUERY__NODE__NODE_A_INDICES;
      return refused(subscript ? Construct::subscript : Construct::field_selection, -1);
    }
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
      return refused(Construct::grouping_function, node.grouping_func->location);
    case PG_QUERY__NODE__NODE_NAMED_ARG_EXPR:
      return refused(Construct::named_argument, node.named_arg_expr->location);
    case PG_QUERY__NODE__NODE_SET_TO_DEFAULT:
      return refused(Construct::default_value, node.set_to_default->location);
    case PG_QUERY__NODE__NODE_XML_EXPR: return refused(Construct::xml, node.xml_expr->location);
    case PG_QUERY__NODE__NODE_XML_SERIALIZE:
      return refused(Construct::xml, node.xml_serialize->location);
    default: return refused(Construct::statement, -1);
  }
}

ExpressionSyntaxPtr Translator::column(const PgQuery__ColumnRef& reference) {
  const bool star = reference.n_fields > 0 && reference.fields[reference.n_fields - 1]->node_case ==
                                                  PG_QUERY__NODE__NODE_A_STAR;
  auto result = make_syntax(star ? Kind::star : Kind::column, position_of(reference.location));
  result->names = strings_of(reference.fields, reference.n_fields);
  return result;
}

ExpressionSyntaxPtr Translator::literal(const PgQuery__AConst& constant) {
  auto result = make_syntax(Kind::null_literal, position_of(constant.location));
  if (constant.isnull != 0) return result;
  switch (constant.val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
      result->kind = Kind::integer_literal;
      result->text = std::to_string(constant.ival->ival);
      return result;
    case PG_QUERY__A__CONST__VAL_FVAL:
      result->kind = Kind::number_literal;
      result->text = constant.fval->fval;
      return result;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
      result->kind = Kind::boolean_literal;
      result->text = constant.boolval->boolval != 0 ? "true" : "false";
      return result;
    case PG_QUERY__A__CONST__VAL_SVAL:
      result->kind = Kind::string_literal;
      result->text = constant.sval->sval;
      return result;
    default: return refused(Construct::bit_string, constant.location);
  }
}

// NOLINTNEXTLINE(readability-function-size): a flat switch over operator kinds
ExpressionSyntaxPtr Translator::operation(const PgQuery__AExpr& operation) {
  const Position position = position_of(operation.location);
  auto result = make_syntax(Kind::operation, position);
  // The symbol, for LIKE ~~ and for IN = or <>, as the grammar writes them: NOT IN and NOT LIKE are
  // other symbols, not a negation around.
  result->names = strings_of(operation.name, operation.n_name);
  const auto add_right = [&] { result->arguments.push_back(expression(operation.rexpr)); };
  const auto add_right_list = [&] {
    const PgQuery__List& list = *operation.rexpr->list;
    for (std::size_t i = 0; i < list.n_items; ++i)
      result->arguments.push_back(expression(list.items[i]));
  };
  if (operation.lexpr != nullptr) result->arguments.push_back(expression(operation.lexpr));
  switch (operation.kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP:
    case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE: add_right(); return result;
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
      result->kind = Kind::is_distinct;
      add_right();
      return result;
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
      result->kind = Kind::is_not_distinct;
      add_right();
      return result;
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
      result->kind = Kind::nullif;
      add_right();
      return result;
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
      result->kind = Kind::in_list;
      result->negated = result->names.back() == "<>";
      add_right_list();
      return result;
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM:
      result->kind = Kind::between;
      result->negated = operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN ||
                        operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
      result->symmetric = operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM ||
                          operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
      add_right_list();
      return result;
    case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR:
      return refused(Construct::similar_to, operation.location);
    default: return refused(Construct::array_comparison, operation.location);
  }
}

ExpressionSyntaxPtr Translator::call(const PgQuery__FuncCall& call) {
  auto result = make_syntax(Kind::call, position_of(call.location));
  if (call.over != nullptr) return refused(Construct::window_function, call.location);
  if (call.agg_within_group != 0) return refused(Construct::ordered_set_aggregate, call.location);
  if (call.n_agg_order > 0) return refused(Construct::aggregate_order, call.location);
  if (call.func_variadic != 0) return refused(Construct::variadic_argument, call.location);
  result->names = strings_of(call.funcname, call.n_funcname);
  result->arguments = expressions(call.args, call.n_args);
  if (call.agg_filter != nullptr) result->filter = expression(call.agg_filter);
  result->distinct = call.agg_distinct != 0;
  result->star = call.agg_star != 0;
  return result;
}

ExpressionSyntaxPtr Translator::boolean(const PgQuery__BoolExpr& boolean) {
  Kind kind = Kind::negation;
  if (boolean.boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) kind = Kind::all_of;
  if (boolean.boolop == PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR) kind = Kind::any_of;
  auto result = make_syntax(kind, position_of(boolean.location));
  result->arguments = expressions(boolean.args, boolean.n_args);
  return result;
}

ExpressionSyntaxPtr Translator::case_when(const PgQuery__CaseExpr& case_expression) {
  auto result = make_syntax(Kind::case_when, position_of(case_expression.location));
  result->has_operand = case_expression.arg != nullptr;
  result->has_default = case_expression.defresult != nullptr;
  if (result->has_operand) result->arguments.push_back(expression(case_expression.arg));
  for (std::size_t i = 0; i < case_expression.n_args; ++i) {
    const PgQuery__CaseWhen& when = *case_expression.args[i]->case_when;
    result->arguments.push_back(expression(when.expr));
    result->arguments.push_back(expression(when.result));
  }
  result->arguments.push_back(result->has_default
                                  ? expression(case_expression.defresult)
                                  : make_syntax(Kind::null_literal, result->position));
  return result;
}

ExpressionSyntaxPtr Translator::cast(const PgQuery__TypeCast& cast) {
  auto result = make_syntax(Kind::cast, position_of(cast.location));
  result->arguments = {expression(cast.arg)};
  result->type = type(*cast.type_name);
  return result;
}

ExpressionSyntaxPtr Translator::boolean_test(const PgQuery__BooleanTest& test) {
  auto result = make_syntax(Kind::boolean_test, position_of(test.location));
  result->arguments = {expression(test.arg)};
  switch (test.booltesttype) {
    case PG_QUERY__BOOL_TEST_TYPE__IS_TRUE: result->text = "is_true"; break;
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE: result->text = "is_not_true"; break;
    case PG_QUERY__BOOL_TEST_TYPE__IS_FALSE: result->text = "is_false"; break;
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE: result->text = "is_not_false"; break;
    case PG_QUERY__BOOL_TEST_TYPE__IS_UNKNOWN: result->text = "is_unknown"; break;
    default: result->text = "is_not_unknown"; break;
  }
  return result;
}

TypeSyntax Translator::type(const PgQuery__TypeName& name) {
  TypeSyntax result;
  result.names = strings_of(name.names, name.n_names);
  result.position = position_of(name.location);
  if (name.n_array_bounds > 0) refuse(Construct::array_type, result.position);
  if (name.setof != 0 || name.pct_type != 0) refuse(Construct::set_returning_type, result.position);
  const bool interval = !result.names.empty() && result.names.back() == "interval";
  if (interval && name.n_typmods > 0) {
    refuse(Construct::interval_fields, result.position);
    return result;
  }
  for (std::size_t i = 0; i < name.n_typmods; ++i) {
    const PgQuery__Node& modifier = *name.typmods[i];
    const bool integer = modifier.node_case == PG_QUERY__NODE__NODE_A_CONST &&
                         modifier.a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL;
    if (integer)
      result.modifiers.push_back(modifier.a_const->ival->ival);
    else
      rejections_.push_back(
          {"type_error", "type modifiers must be integer constants", "", result.position});
  }
  return result;
}

}  // namespace deltamill
