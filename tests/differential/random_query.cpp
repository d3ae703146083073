// A query is drawn from the outside in; every relation has an alias of its own.
#include "tests/differential/random_query.h"

#include <algorithm>

namespace deltamill {

namespace {

constexpr double rows_max = 2500;
constexpr int query_depth = 2;
constexpr int expression_depth = 3;

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  std::string result;
  for (const std::string& part : parts) result += (result.empty() ? "" : separator) + part;
  return result;
}

// Columns of a relation as an expression names them.
Scope scope_of(const Relation& relation) {
  Scope scope = relation.columns;
  for (Expression& column : scope) column.sql = relation.name + "." + column.sql;
  return scope;
}

// A value that stands for its group.
Expression chosen_of_group(Expression expression) {
  expression.open = expression.open || !expression.prints_one_way;
  return expression;
}

std::string select_list(const std::vector<Expression>& outputs, std::vector<Expression>& columns) {
  std::string list;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string name = "c" + std::to_string(i + 1);
    list += (i == 0 ? "" : ", ") + outputs[i].sql + " AS " + name;
    columns.push_back(outputs[i]);
    columns.back().sql = name;
  }
  return list;
}

}  // namespace

std::set<std::string> RandomQuery::open_columns() const {
  std::set<std::string> open;
  for (const Expression& column : columns)
    if (column.open) open.insert(column.sql);
  return open;
}

Relation relation_of(const RandomTable& table) {
  Relation relation{table.name, {}, table.primary_key, 20};
  for (const TableColumn& column : table.columns) {
    const bool fixed =
        column.kind == Kind::bpchar || (column.kind == Kind::numeric && column.type != "numeric");
    relation.columns.push_back(
        {column.name, column.kind, fixed || prints_one_way(column.kind), false});
  }
  return relation;
}

Relation relation_of(const RandomQuery& query, const std::string& name) {
  return {name, query.columns, {}, query.rows};
}

RandomQuery RandomQueries::query() {
  ctes_.clear();
  aliases_ = 0;
  return query(query_depth, std::nullopt);
}

RandomQuery RandomQueries::query(int depth, const std::optional<Kinds>& kinds) {
  if (!kinds && depth > 0) {
    if (random_.chance(12)) return union_all(depth);
    if (depth == query_depth && random_.chance(15)) return with_cte(depth);
  }
  return select(depth, kinds);
}

RandomQuery RandomQueries::select(int depth, const std::optional<Kinds>& kinds) {
  const From source = from(depth);
  return random_.chance(40) ? grouped(source, kinds) : plain(source, kinds);
}

RandomQuery RandomQueries::plain(const From& from, const std::optional<Kinds>& kinds) {
  RandomExpressions expressions(from.scope, random_);
  std::vector<Expression> outputs;
  if (kinds) {
    for (const Kind kind : *kinds) outputs.push_back(expressions.of_kind(kind, expression_depth));
  } else {
    const int count = random_.between(1, 5);
    for (int i = 0; i < count; ++i)
      outputs.push_back(random_.chance(55)
                            ? expressions.any_column()
                            : expressions.of_kind(expressions.likely_kind(), expression_depth));
  }
  const bool distinct = random_.chance(20);
  if (distinct)
    for (Expression& output : outputs) output = chosen_of_group(output);
  RandomQuery query{"", {}, from.rows};
  const std::string list = select_list(outputs, query.columns);
  query.sql =
      std::string("SELECT ") + (distinct ? "DISTINCT " : "") + list + from.sql + where(from);
  return query;
}

std::vector<Expression> RandomQueries::group_keys(const From& from, const Kinds* kinds) {
  RandomExpressions expressions(from.scope, random_);
  std::vector<Expression> keys;
  if (kinds != nullptr) {
    for (const Kind kind : *kinds)
      if (random_.chance(40))
        if (const std::optional<Expression> column = expressions.column(kind, true))
          keys.push_back(*column);
    return keys;
  }
  const int count = random_.between(0, 3);
  for (int i = 0; i < count; ++i) {
    Expression key = expressions.any_column();
    if (random_.chance(25)) {
      const Expression made = expressions.of_kind(expressions.likely_kind(), 2);
      // A constant would be taken for an ordinal, or is a matter of its own.
      for (const Expression& column : from.scope)
        if (made.sql.find(column.sql) != std::string::npos) key = made;
    }
    keys.push_back(key);
  }
  return keys;
}

RandomQuery RandomQueries::grouped(const From& from, const std::optional<Kinds>& kinds) {
  const std::vector<Expression> keys = group_keys(from, kinds ? &*kinds : nullptr);
  std::vector<Expression> outputs;
  if (kinds) {
    for (const Kind kind : *kinds) {
      const auto key = std::find_if(keys.begin(), keys.end(),
                                    [&](const Expression& known) { return known.kind == kind; });
      if (key != keys.end())
        outputs.push_back(chosen_of_group(*key));
      else if (const auto made = aggregate(from, kind))
        outputs.push_back(*made);
      else
        outputs.push_back({typed_literal(kind, random_), kind, prints_one_way(kind), false});
    }
  } else {
    for (const Expression& key : keys)
      if (random_.chance(85)) outputs.push_back(chosen_of_group(key));
    const int count = random_.between(outputs.empty() ? 1 : 0, 3);
    for (int i = 0; i < count; ++i) outputs.push_back(*aggregate(from, std::nullopt));
    Scope visible;
    for (const Expression& output : outputs)
      if (!output.open) visible.push_back(output);
    if (!visible.empty() && random_.chance(25)) {
      RandomExpressions over_groups(visible, random_);
      outputs.push_back(over_groups.of_kind(over_groups.likely_kind(), 2));
    }
  }
  RandomQuery query{"", {}, from.rows};
  query.sql = "SELECT " + select_list(outputs, query.columns) + from.sql + where(from);
  std::vector<std::string> grouping;
  for (const Expression& key : keys) grouping.push_back(key.sql);
  if (!grouping.empty())
    query.sql += " GROUP BY " + joined(grouping, ", ");
  else
    query.rows = 1;
  if (random_.chance(25)) query.sql += " HAVING " + having(from);
  return query;
}

std::string RandomQueries::filter(const From& from) {
  if (!random_.chance(20)) return "";
  return " FILTER (WHERE " + RandomExpressions(from.scope, random_).condition(1) + ")";
}

std::optional<Expression> RandomQueries::aggregate(const From& from, std::optional<Kind> kind) {
  static const Kinds kinds{Kind::int8,    Kind::int8,   Kind::int8,      Kind::numeric,
                           Kind::numeric, Kind::text,   Kind::boolean,   Kind::int4,
                           Kind::float8,  Kind::date,   Kind::timestamp, Kind::interval,
                           Kind::mood,    Kind::bpchar, Kind::time,      Kind::timestamptz};
  std::optional<Expression> made = aggregate_of_kind(from, kind ? *kind : random_.pick(kinds));
  if (!made && !kind) made = Expression{"count(*)", Kind::int8, true, false};
  return made;
}

std::optional<Expression> RandomQueries::aggregate_of_kind(const From& from, Kind kind) {
  RandomExpressions expressions(from.scope, random_);
  const bool distinct = random_.chance(20);
  const std::string quantity = distinct ? "DISTINCT " : "";
  const auto call = [&](const std::string& function, const Expression& argument) {
    return function + "(" + quantity + argument.sql + ")" + filter(from);
  };
  const int choice = random_.between(0, 2);
  if (kind == Kind::int8 && choice == 0) {
    if (random_.chance(50)) return Expression{"count(*)" + filter(from), kind, true, false};
    return Expression{call("count", expressions.any_column()), kind, true, false};
  }
  if (kind == Kind::int8 && choice == 1)
    return Expression{
        call("sum", expressions.of_kind(random_.chance(50) ? Kind::int4 : Kind::int2, 2)), kind,
        true, false};
  if (kind == Kind::numeric && choice > 0) {
    const Kind of = random_.pick(Kinds{Kind::int4, Kind::int8, Kind::numeric, Kind::numeric});
    const Expression argument = expressions.of_kind(of, 2);
    // Which of 1.0 and 1.00 is kept decides the digits.
    const bool open = distinct && !argument.prints_one_way;
    if (open || choice == 1) return Expression{call("sum", argument), kind, false, open};
    return Expression{call("avg", argument), kind, false, false};
  }
  if (kind == Kind::float8 && choice > 0) {
    const Expression argument = expressions.of_kind(Kind::int4, 2);
    const Expression whole{argument.sql + "::double precision", Kind::float8, true, false};
    return Expression{call(choice == 1 ? "sum" : "avg", whole), kind, false, false};
  }
  if (kind == Kind::interval && choice > 0)
    return Expression{call(choice == 1 ? "sum" : "avg", expressions.of_kind(kind, 1)), kind, false,
                      distinct};
  if (kind == Kind::boolean)
    return Expression{call(random_.pick(std::vector<std::string>{"bool_and", "bool_or", "every"}),
                           expressions.of_kind(kind, 2)),
                      kind, true, false};
  if (!has_extremes(kind)) return std::nullopt;
  const Expression argument = expressions.of_kind(kind, 2);
  const bool one_way = argument.prints_one_way;
  return Expression{call(random_.chance(50) ? "min" : "max", argument), kind, one_way, !one_way};
}

std::string RandomQueries::where(const From& from) {
  if (!random_.chance(35)) return "";
  return " WHERE " + RandomExpressions(from.scope, random_).condition(2);
}

std::string RandomQueries::having(const From& from) {
  Scope scope;
  for (int i = 0; i < 2; ++i) {
    const Expression made = *aggregate(from, std::nullopt);
    if (!made.open) scope.push_back(made);
  }
  scope.push_back({"count(*)", Kind::int8, true, false});
  return RandomExpressions(scope, random_).condition(1);
}

RandomQuery RandomQueries::union_all(int depth) {
  RandomQuery first = query(depth - 1, std::nullopt);
  Kinds kinds;
  for (const Expression& column : first.columns) kinds.push_back(column.kind);
  const int further = random_.between(1, 2);
  for (int i = 0; i < further; ++i) {
    const RandomQuery next = query(depth - 1, kinds);
    first.sql += " UNION ALL " + next.sql;
    first.rows += next.rows;
    for (std::size_t at = 0; at < kinds.size(); ++at) {
      first.columns[at].open = first.columns[at].open || next.columns[at].open;
      first.columns[at].prints_one_way = prints_one_way(kinds[at]);
    }
  }
  return first;
}

RandomQuery RandomQueries::with_cte(int depth) {
  const RandomQuery inner = query(depth - 1, std::nullopt);
  const std::string name = "w" + std::to_string(++aliases_);
  ctes_.push_back(relation_of(inner, name));
  RandomQuery outer = select(depth - 1, std::nullopt);
  outer.sql = "WITH " + name + " AS (" + inner.sql + ") " + outer.sql;
  return outer;
}

Relation RandomQueries::source(int depth, std::string& sql) {
  Relation relation;
  const std::string alias = "s" + std::to_string(++aliases_);
  if (!ctes_.empty() && random_.chance(60)) {
    relation = random_.pick(ctes_);
    sql = relation.name;
  } else if (depth > 0 && random_.chance(20)) {
    const RandomQuery inner = query(depth - 1, std::nullopt);
    relation = relation_of(inner, alias);
    sql = "(" + inner.sql + ")";
  } else {
    relation = random_.pick(relations_);
    sql = relation.name;
  }
  sql += " AS " + alias;
  relation.name = alias;
  return relation;
}

RandomQueries::From RandomQueries::from(int depth) {
  From from;
  const Relation first = source(depth, from.sql);
  from.sql = " FROM " + from.sql;
  from.scope = scope_of(first);
  from.rows = first.rows;
  from.sources = {first};
  const int choice = random_.between(0, 99);
  const int further = choice < 45 ? 0 : choice < 82 ? 1 : 2;
  for (int i = 0; i < further; ++i) {
    std::string sql;
    const Relation right = source(depth, sql);
    if (from.rows * right.rows <= rows_max * 8) join(from, right, sql);
  }
  return from;
}

std::vector<std::string> RandomQueries::common_columns(const From& from, const Relation& right) {
  std::vector<std::string> common;
  for (const Expression& column : right.columns) {
    std::size_t found = 0;
    for (const Relation& left : from.sources)
      for (const Expression& known : left.columns)
        if (known.sql == column.sql) found += known.kind == column.kind ? 1 : 2;
    if (found == 1) common.push_back(column.sql);
  }
  return common;
}

std::string RandomQueries::join_condition(const From& from, const Relation& right) {
  const Scope right_scope = scope_of(right);
  std::vector<std::string> equalities;
  for (const Expression& left : from.scope)
    for (const Expression& column : right_scope)
      if (left.kind == column.kind || (is_integer(left.kind) && is_integer(column.kind)))
        equalities.push_back(left.sql + " = " + column.sql);
  Scope both = from.scope;
  both.insert(both.end(), right_scope.begin(), right_scope.end());
  RandomExpressions expressions(both, random_);
  if (equalities.empty() || random_.chance(12)) return expressions.condition(1);
  std::string condition = random_.pick(equalities);
  if (random_.chance(20)) condition += " AND " + random_.pick(equalities);
  if (random_.chance(20)) condition += " AND " + expressions.condition(1);
  return condition;
}

void RandomQueries::join(From& from, const Relation& right, const std::string& right_sql) {
  static const std::vector<std::string> kinds{" JOIN ", " LEFT JOIN ", " RIGHT JOIN ",
                                              " FULL JOIN ", " LEFT JOIN "};
  const double product = from.rows * right.rows;
  const std::vector<std::string> common = common_columns(from, right);
  const int choice = random_.between(0, 99);
  if (choice < 10 && product <= rows_max / 2) {
    from.sql += (choice < 5 ? ", " : " CROSS JOIN ") + right_sql;
    from.rows = product;
  } else if (choice < 28 && !common.empty()) {
    const std::string column = random_.pick(common);
    from.sql += random_.pick(kinds) + right_sql + " USING (" + column + ")";
    for (const Expression& known : right.columns)
      if (known.sql == column)
        from.scope.push_back({column, known.kind, prints_one_way(known.kind), known.open});
    from.rows = product / 4;
  } else if (choice < 36 && !common.empty()) {
    from.sql += " NATURAL" + random_.pick(kinds) + right_sql;
    from.rows = product / 4;
  } else {
    from.sql += random_.pick(kinds) + right_sql + " ON " + join_condition(from, right);
    from.rows = product / 4;
  }
  from.rows = std::max(from.rows, 1.0);
  const Scope right_scope = scope_of(right);
  from.scope.insert(from.scope.end(), right_scope.begin(), right_scope.end());
  from.sources.push_back(right);
}

}  // namespace deltamill
