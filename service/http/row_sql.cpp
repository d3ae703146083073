// Makes a query of SQLite that has PostgreSQL's meaning: three-valued logic, NULLs last when
// ascending, values compared by the aspect of their type that the store keeps for it. Every value
// is a parameter, every name quoted.
#include "service/http/row_sql.h"

#include <span>

#include "sinks/sqlite/stored_comparison.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

const char* comparison_of(FilterKind kind) {
  switch (kind) {
    case FilterKind::equal: return " = ";
    case FilterKind::not_equal: return " <> ";
    case FilterKind::greater: return " > ";
    case FilterKind::greater_or_equal: return " >= ";
    case FilterKind::less: return " < ";
    case FilterKind::less_or_equal: return " <= ";
    case FilterKind::like:
    case FilterKind::like_folded: return " GLOB ";
    case FilterKind::distinct: return " IS NOT ";
    default: DM_CHECK(false, "the condition compares with no single value"); return "";
  }
}

class FilterWriter {
 public:
  FilterWriter(const QueriedView& view, BoundSql& sql) : view_(view), sql_(sql) {}

  void append(const RowFilter& filter) {
    // NOT of the parenthesised whole, as PostgREST has it: of NULL it is NULL again, so such a row
    // is in neither answer.
    if (filter.negated) sql_ += "NOT ";
    sql_ += "(";
    if (filter.kind == FilterKind::all_of || filter.kind == FilterKind::any_of)
      append_group(filter);
    else
      append_condition(filter);
    sql_ += ")";
  }

 private:
  void append_group(const RowFilter& filter) {
    const char* separator = "";
    for (const RowFilter& child : filter.children) {
      sql_ += separator;
      append(child);
      separator = filter.kind == FilterKind::all_of ? " AND " : " OR ";
    }
    // Nothing asked for: every row. Groups of a client are never empty.
    if (filter.children.empty()) sql_ += "1";
  }

  void append_condition(const RowFilter& filter) {
    switch (filter.kind) {
      case FilterKind::in: append_in(filter); return;
      case FilterKind::is_null: append_is(filter, " IS NULL"); return;
      case FilterKind::is_not_null: append_is(filter, " IS NOT NULL"); return;
      case FilterKind::is_true: append_is(filter, " IS 1"); return;
      case FilterKind::is_false: append_is(filter, " IS 0"); return;
      default: append_comparisons(filter, filter.operands);
    }
  }

  // Booleans are 1 and 0 in the store, and IS compares with NULL too: never NULL itself.
  void append_is(const RowFilter& filter, const char* what) {
    sql_.identifier(view_.columns[filter.column].name) += what;
  }

  void append_in(const RowFilter& filter) {
    const Column& column = view_.columns[filter.column];
    append_column(column, Aspect::equality, sql_);
    sql_ += " IN (";
    const char* separator = "";
    for (const SqlValue& operand : filter.operands) {
      sql_ += separator;
      append_operand(column, Aspect::equality, operand, sql_);
      separator = ", ";
    }
    sql_ += ")";
  }

  // Halved, so that the depth of the expression grows with the logarithm of the list: SQLite bounds
  // the depth, and recurses by it.
  void append_comparisons(const RowFilter& filter, std::span<const SqlValue> operands) {
    if (operands.empty()) {  // = ANY ('{}') is false, = ALL ('{}') is true, even for NULL
      sql_ += filter.quantifier == Quantifier::any ? "0" : "1";
      return;
    }
    if (operands.size() == 1) {
      append_comparison(filter, operands.front());
      return;
    }
    const std::size_t half = operands.size() / 2;
    sql_ += "(";
    append_comparisons(filter, operands.first(half));
    sql_ += filter.quantifier == Quantifier::any ? " OR " : " AND ";
    append_comparisons(filter, operands.subspan(half));
    sql_ += ")";
  }

  void append_comparison(const RowFilter& filter, const SqlValue& operand) {
    const Column& column = view_.columns[filter.column];
    const Aspect aspect = aspect_of(filter.kind);
    if (filter.kind == FilterKind::like_folded)
      (sql_ += "deltamill_fold(").identifier(column.name) += ")";
    else
      append_column(column, aspect, sql_);
    sql_ += comparison_of(filter.kind);
    append_operand(column, aspect, operand, sql_);
  }

  const QueriedView& view_;
  BoundSql& sql_;
};

void append_select(const QueriedView& view, const std::vector<SelectItem>& select, BoundSql& sql) {
  sql += "SELECT ";
  const char* separator = "";
  for (const SelectItem& item : select) {
    (sql += separator).identifier(view.columns[item.column].name);
    separator = ", ";
  }
}

void append_from(const std::string& table, BoundSql& sql) {
  (sql += " FROM ") += table;
}

// True for rows that come after the value in this item of the order. NULLs are first or last, so
// comparing with < and > alone would lose them, or the rows behind them.
void append_follows(const Column& column, const OrderItem& item, const SqlValue& value,
                    BoundSql& sql) {
  const bool null = std::holds_alternative<std::monostate>(value);
  // NULLs stand last: nothing comes after them.
  if (null && !item.nulls_first) {
    sql += "0";
    return;
  }
  append_column(column, item.aspect, sql);
  if (null) {
    // NULLs stand first: every other row comes after.
    sql += " IS NOT NULL";
    return;
  }
  sql += item.descending ? " < " : " > ";
  append_operand(column, item.aspect, value, sql);
  if (column.nullable && !item.nulls_first) (sql += " OR ").identifier(column.name) += " IS NULL";
}

// Rows after the start of a page: those that follow in the first item, or are the same there and
// follow in the next. Written as nested ORs, since SQLite's row comparison knows neither NULLs nor
// mixed directions. Inclusive without a key: of equal rows some were sent, some not.
void append_page_start(const QueriedView& view, const RowQuery& query, const PageStart& start,
                       BoundSql& sql) {
  DM_CHECK(start.values.size() == query.order.size(),
           "a page starts at a value per ordered column");
  for (std::size_t i = 0; i < query.order.size(); ++i) {
    const OrderItem& item = query.order[i];
    const Column& column = view.columns[item.column];
    sql += "(";
    append_follows(column, item, start.values[i], sql);
    sql += " OR (";
    append_column(column, item.aspect, sql);
    sql += " IS ";
    append_operand(column, item.aspect, start.values[i], sql);
    sql += " AND ";
  }
  sql += start.inclusive ? "1" : "0";
  for (std::size_t i = 0; i < query.order.size(); ++i) sql += "))";
}

void append_order(const QueriedView& view, const RowQuery& query, BoundSql& sql) {
  const char* separator = " ORDER BY ";
  for (const OrderItem& item : query.order) {
    const Column& column = view.columns[item.column];
    sql += separator;
    append_column(column, item.aspect, sql);
    sql += item.descending ? " DESC" : " ASC";
    // Only where it matters: SQLite cannot use an index for an order that names NULLs against its
    // own.
    if (column.nullable) sql += item.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    separator = ", ";
  }
}

}  // namespace

BoundSql rows_sql(const QueriedView& view, const RowQuery& query, const std::string& table,
                  const PageBounds& bounds) {
  BoundSql sql;
  append_select(view, query.select, sql);
  // Behind the columns asked for, those of the order: the token of the next page is made of them.
  for (const OrderItem& item : query.order)
    (sql += ", ").identifier(view.columns[item.column].name);
  // A row that stands for several copies.
  if (!view.key) (sql += ", ").identifier(multiplicity_column);
  append_from(table, sql);
  sql += " WHERE ";
  FilterWriter(view, sql).append(query.filter);
  if (bounds.start) {
    sql += " AND ";
    append_page_start(view, query, *bounds.start, sql);
  }
  append_order(view, query, sql);
  (sql += " LIMIT ").parameter(static_cast<std::int64_t>(bounds.limit));
  (sql += " OFFSET ").parameter(static_cast<std::int64_t>(bounds.offset));
  return sql;
}

BoundSql count_sql(const QueriedView& view, const RowQuery& query, const std::string& table) {
  BoundSql sql;
  if (view.key)
    sql += "SELECT count(*)";
  else
    (sql += "SELECT coalesce(sum(").identifier(multiplicity_column) += "), 0)";
  append_from(table, sql);
  sql += " WHERE ";
  FilterWriter(view, sql).append(query.filter);
  return sql;
}

BoundSql row_sql(const QueriedView& view, const std::vector<SelectItem>& select,
                 const std::string& table, const std::vector<SqlValue>& key) {
  BoundSql sql;
  append_select(view, select, sql);
  append_from(table, sql);
  sql += " WHERE 1";
  for (std::size_t i = 0; i < key.size(); ++i) {
    const Column& column = view.columns[(*view.key)[i]];
    sql += " AND ";
    append_column(column, Aspect::equality, sql);
    // A NULL in a key names the row that has NULL there.
    sql += std::holds_alternative<std::monostate>(key[i]) ? " IS " : " = ";
    append_operand(column, Aspect::equality, key[i], sql);
  }
  return sql;
}

}  // namespace deltamill
