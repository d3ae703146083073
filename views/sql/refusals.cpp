// The tables of refused constructs and functions. A hint says what to write instead, or what the
// user can do without the construct. Following a hint must lead to something that works, in this
// version.
#include "views/sql/refusals.h"

#include <algorithm>
#include <array>
#include <string>

namespace deltamill {

namespace {

struct ConstructRefusal {
  Construct construct;
  std::string_view message;
  std::string_view hint;
};

constexpr std::string_view sort_when_reading =
    "leave it out: a view is a multiset; order and limit when reading (?order=, ?limit=)";
constexpr std::string_view no_clock =
    "views have no clock; compare with a column, or filter by time when reading the view";

// In the order of Construct.
constexpr std::array construct_refusals{
    ConstructRefusal{Construct::limit, "LIMIT is not supported", sort_when_reading},
    ConstructRefusal{Construct::offset, "OFFSET is not supported", sort_when_reading},
    ConstructRefusal{Construct::distinct_on, "DISTINCT ON is not supported",
                     "use GROUP BY with min() or max() and join back to the table"},
    ConstructRefusal{Construct::window_function, "window functions are not supported",
                     "aggregate in a subquery with GROUP BY and join it"},
    ConstructRefusal{Construct::window_clause, "the WINDOW clause is not supported",
                     "aggregate in a subquery with GROUP BY and join it"},
    ConstructRefusal{Construct::scalar_subquery, "scalar subqueries are not supported",
                     "write it as a LEFT JOIN of a grouped subquery"},
    ConstructRefusal{Construct::exists_subquery, "EXISTS is not supported",
                     "write it as a JOIN with SELECT DISTINCT of the other table's keys"},
    ConstructRefusal{Construct::in_subquery,
                     "a subquery as operand of IN, ANY or ALL is not supported",
                     "write it as a JOIN with SELECT DISTINCT of the other table's keys"},
    ConstructRefusal{Construct::array_subquery, "ARRAY(SELECT ...) is not supported",
                     "keep one row per element, or aggregate in another view"},
    ConstructRefusal{Construct::union_distinct, "UNION is not supported",
                     "write SELECT DISTINCT * FROM (... UNION ALL ...) AS u"},
    ConstructRefusal{Construct::intersect, "INTERSECT is not supported",
                     "join the two DISTINCT queries on all their columns"},
    ConstructRefusal{Construct::except, "EXCEPT is not supported",
                     "write a LEFT JOIN and keep the rows where the other side IS NULL"},
    ConstructRefusal{Construct::grouping_sets, "GROUPING SETS, ROLLUP and CUBE are not supported",
                     "write one GROUP BY query per grouping and combine them by UNION ALL"},
    ConstructRefusal{Construct::grouping_function, "GROUPING() is not supported",
                     "write one GROUP BY query per grouping and combine them by UNION ALL"},
    ConstructRefusal{
        Construct::recursive_query, "WITH RECURSIVE is not supported",
        "leave RECURSIVE out if no query refers to itself; recursion has no substitute"},
    ConstructRefusal{Construct::modifying_query,
                     "INSERT, UPDATE and DELETE in WITH are not supported", "a view only reads"},
    ConstructRefusal{Construct::lateral, "LATERAL is not supported",
                     "join a subquery that is grouped by the columns it is matched on"},
    ConstructRefusal{Construct::table_function, "functions in FROM are not supported",
                     "keep the rows in a table of the source and join it"},
    ConstructRefusal{Construct::xml_table, "XMLTABLE is not supported",
                     "keep the rows in a table of the source and join it"},
    ConstructRefusal{Construct::table_sample, "TABLESAMPLE is not supported",
                     "a view is a function of its tables; select by a column instead"},
    ConstructRefusal{Construct::locking_clause, "FOR UPDATE and FOR SHARE are not supported",
                     "leave the locking clause out: a view only reads"},
    ConstructRefusal{Construct::select_into, "SELECT INTO is not supported",
                     "leave INTO out: the name of the file is the name of the view"},
    ConstructRefusal{Construct::parameter, "parameters are not supported",
                     "write the value, or filter when reading the view"},
    ConstructRefusal{Construct::clock, "the current date or time is not supported", no_clock},
    ConstructRefusal{Construct::session_value, "values of the session are not supported",
                     "a view does not depend on who asks; write the value"},
    ConstructRefusal{Construct::row_constructor, "row values are not supported",
                     "compare the columns one by one: a = x AND b = y"},
    ConstructRefusal{Construct::array_constructor, "arrays are not supported",
                     "use IN (...) for a list, or one column or row per element"},
    ConstructRefusal{Construct::array_type, "array types are not supported",
                     "cast to text, or keep one row per element"},
    ConstructRefusal{Construct::array_comparison, "ANY and ALL of an array are not supported",
                     "write IN (...) with the values"},
    ConstructRefusal{Construct::subscript, "subscripts are not supported",
                     "use -> or ->> for jsonb; keep array elements in rows"},
    ConstructRefusal{Construct::field_selection, "fields of composite values are not supported",
                     "keep the field in a column of its own"},
    ConstructRefusal{Construct::whole_row, "whole rows as values are not supported",
                     "name the columns"},
    ConstructRefusal{Construct::bit_string, "bit strings are not supported",
                     "use an integer, or text"},
    ConstructRefusal{Construct::xml, "XML is not supported",
                     "cast the column to text in the source"},
    ConstructRefusal{Construct::similar_to, "SIMILAR TO is not supported", "use LIKE"},
    ConstructRefusal{Construct::named_argument, "named arguments are not supported",
                     "give the arguments by position"},
    ConstructRefusal{Construct::variadic_argument, "VARIADIC is not supported",
                     "list the arguments one by one"},
    ConstructRefusal{Construct::aggregate_order, "ORDER BY in an aggregate is not supported",
                     "leave it out: the supported aggregates do not depend on order"},
    ConstructRefusal{Construct::ordered_set_aggregate, "WITHIN GROUP is not supported",
                     "use min(), max() or avg()"},
    ConstructRefusal{Construct::default_value, "DEFAULT is not supported here", "write the value"},
    ConstructRefusal{Construct::interval_fields,
                     "intervals with fields or a precision are not supported",
                     "write the unit into the literal: interval '1 day'"},
    ConstructRefusal{Construct::set_returning_type, "SETOF and %TYPE are not supported",
                     "name the type"},
    ConstructRefusal{Construct::view_columns, "a column list of the view is not supported",
                     "give the names in the SELECT list: expression AS name"},
    ConstructRefusal{Construct::view_check_option, "WITH CHECK OPTION is not supported",
                     "leave it out: a maintained view is not updated through SQL"},
    ConstructRefusal{Construct::with_no_data, "WITH NO DATA is not supported",
                     "leave it out: a view is always filled"},
    ConstructRefusal{Construct::view_storage,
                     "options of a view's storage (TABLESPACE, USING) are not supported",
                     "leave it out: the sink decides how rows are kept"},
    ConstructRefusal{Construct::temporary_view, "temporary and recursive views are not supported",
                     "write CREATE VIEW or CREATE MATERIALIZED VIEW"},
    ConstructRefusal{Construct::index_expression, "indexes on expressions are not supported",
                     "add the expression to the SELECT list and index its column"},
    ConstructRefusal{
        Construct::index_options,
        "options of an index (method, operator class, collation, INCLUDE, WITH) are not supported",
        "write CREATE [UNIQUE] INDEX ON view (column [DESC], ...)"},
    ConstructRefusal{Construct::index_nulls, "NULLS FIRST and NULLS LAST are not supported",
                     "leave it out"},
    ConstructRefusal{Construct::partial_index, "partial indexes are not supported",
                     "leave WHERE out, or declare a view with this condition"},
    ConstructRefusal{Construct::statement, "this statement is not supported in a view's file",
                     "a file holds one SELECT, or CREATE [MATERIALIZED] VIEW with its CREATE INDEX "
                     "and COMMENT ON"},
    ConstructRefusal{Construct::empty_select, "a SELECT without columns is not supported",
                     "name at least one column"},
    ConstructRefusal{Construct::deep_nesting, "the expression is nested too deeply",
                     "split it over subqueries, or use IN (...) for long lists"},
};

constexpr bool in_order_of_constructs() {
  for (std::size_t ordinal = 0; ordinal < construct_refusals.size(); ++ordinal)
    if (static_cast<std::size_t>(construct_refusals[ordinal].construct) != ordinal) return false;
  return construct_refusals.size() == static_cast<std::size_t>(Construct::deep_nesting) + 1;
}
static_assert(in_order_of_constructs());

constexpr std::string_view volatile_reason =
    "is volatile: its result is not a function of the tables";
constexpr std::string_view compute_in_source = "store the value in a column of the source";
constexpr std::string_view returns_rows = "returns a set of rows";
constexpr std::string_view rows_in_table = "keep the rows in a table of the source and join it";
constexpr std::string_view aggregate_reason =
    "is an aggregate that is not available in this version";
constexpr std::string_view aggregate_hint =
    "available: count, sum, avg, min, max, bool_and, every, bool_or";
constexpr std::string_view window_reason = "is a window function";
constexpr std::string_view window_hint = "aggregate in a subquery with GROUP BY and join it";
constexpr std::string_view session_reason = "depends on the session or the server";
constexpr std::string_view session_hint = "a view does not depend on who asks; write the value";
constexpr std::string_view time_reason = "depends on the current time";

constexpr std::array function_refusals{
    FunctionRefusal{"now", time_reason, no_clock},
    FunctionRefusal{"transaction_timestamp", time_reason, no_clock},
    FunctionRefusal{"statement_timestamp", time_reason, no_clock},
    FunctionRefusal{"clock_timestamp", time_reason, no_clock},
    FunctionRefusal{"timeofday", time_reason, no_clock},
    FunctionRefusal{"pg_sleep", volatile_reason, "leave it out"},
    FunctionRefusal{"random", volatile_reason, compute_in_source},
    FunctionRefusal{"setseed", volatile_reason, compute_in_source},
    FunctionRefusal{"gen_random_uuid", volatile_reason, compute_in_source},
    FunctionRefusal{"uuid_generate_v4", volatile_reason, compute_in_source},
    FunctionRefusal{"nextval", volatile_reason, compute_in_source},
    FunctionRefusal{"currval", volatile_reason, compute_in_source},
    FunctionRefusal{"lastval", volatile_reason, compute_in_source},
    FunctionRefusal{"txid_current", volatile_reason, compute_in_source},
    FunctionRefusal{"pg_current_xact_id", volatile_reason, compute_in_source},
    FunctionRefusal{"generate_series", returns_rows, rows_in_table},
    FunctionRefusal{"generate_subscripts", returns_rows, rows_in_table},
    FunctionRefusal{"unnest", returns_rows, rows_in_table},
    FunctionRefusal{"regexp_split_to_table", returns_rows, rows_in_table},
    FunctionRefusal{"regexp_matches", returns_rows, rows_in_table},
    FunctionRefusal{"string_to_table", returns_rows, rows_in_table},
    FunctionRefusal{"json_array_elements", returns_rows, rows_in_table},
    FunctionRefusal{"json_array_elements_text", returns_rows, rows_in_table},
    FunctionRefusal{"jsonb_array_elements", returns_rows, rows_in_table},
    FunctionRefusal{"jsonb_array_elements_text", returns_rows, rows_in_table},
    FunctionRefusal{"json_each", returns_rows, rows_in_table},
    FunctionRefusal{"json_each_text", returns_rows, rows_in_table},
    FunctionRefusal{"jsonb_each", returns_rows, rows_in_table},
    FunctionRefusal{"jsonb_each_text", returns_rows, rows_in_table},
    FunctionRefusal{"json_object_keys", returns_rows, rows_in_table},
    FunctionRefusal{"jsonb_object_keys", returns_rows, rows_in_table},
    FunctionRefusal{"jsonb_path_query", returns_rows, rows_in_table},
    FunctionRefusal{"array_agg", aggregate_reason, aggregate_hint},
    FunctionRefusal{"string_agg", aggregate_reason, aggregate_hint},
    FunctionRefusal{"json_agg", aggregate_reason, aggregate_hint},
    FunctionRefusal{"jsonb_agg", aggregate_reason, aggregate_hint},
    FunctionRefusal{"json_object_agg", aggregate_reason, aggregate_hint},
    FunctionRefusal{"jsonb_object_agg", aggregate_reason, aggregate_hint},
    FunctionRefusal{"xmlagg", aggregate_reason, aggregate_hint},
    FunctionRefusal{"bit_and", aggregate_reason, aggregate_hint},
    FunctionRefusal{"bit_or", aggregate_reason, aggregate_hint},
    FunctionRefusal{"bit_xor", aggregate_reason, aggregate_hint},
    FunctionRefusal{"stddev", aggregate_reason, aggregate_hint},
    FunctionRefusal{"stddev_pop", aggregate_reason, aggregate_hint},
    FunctionRefusal{"stddev_samp", aggregate_reason, aggregate_hint},
    FunctionRefusal{"variance", aggregate_reason, aggregate_hint},
    FunctionRefusal{"var_pop", aggregate_reason, aggregate_hint},
    FunctionRefusal{"var_samp", aggregate_reason, aggregate_hint},
    FunctionRefusal{"corr", aggregate_reason, aggregate_hint},
    FunctionRefusal{"covar_pop", aggregate_reason, aggregate_hint},
    FunctionRefusal{"covar_samp", aggregate_reason, aggregate_hint},
    FunctionRefusal{"regr_slope", aggregate_reason, aggregate_hint},
    FunctionRefusal{"regr_intercept", aggregate_reason, aggregate_hint},
    FunctionRefusal{"regr_count", aggregate_reason, aggregate_hint},
    FunctionRefusal{"percentile_cont", aggregate_reason, aggregate_hint},
    FunctionRefusal{"percentile_disc", aggregate_reason, aggregate_hint},
    FunctionRefusal{"mode", aggregate_reason, aggregate_hint},
    FunctionRefusal{"range_agg", aggregate_reason, aggregate_hint},
    FunctionRefusal{"row_number", window_reason, window_hint},
    FunctionRefusal{"rank", window_reason, window_hint},
    FunctionRefusal{"dense_rank", window_reason, window_hint},
    FunctionRefusal{"percent_rank", window_reason, window_hint},
    FunctionRefusal{"cume_dist", window_reason, window_hint},
    FunctionRefusal{"ntile", window_reason, window_hint},
    FunctionRefusal{"lag", window_reason, window_hint},
    FunctionRefusal{"lead", window_reason, window_hint},
    FunctionRefusal{"first_value", window_reason, window_hint},
    FunctionRefusal{"last_value", window_reason, window_hint},
    FunctionRefusal{"nth_value", window_reason, window_hint},
    FunctionRefusal{"version", session_reason, session_hint},
    FunctionRefusal{"current_setting", session_reason, session_hint},
    FunctionRefusal{"set_config", session_reason, session_hint},
    FunctionRefusal{"current_database", session_reason, session_hint},
    FunctionRefusal{"current_schemas", session_reason, session_hint},
    FunctionRefusal{"pg_backend_pid", session_reason, session_hint},
    FunctionRefusal{"inet_client_addr", session_reason, session_hint},
    FunctionRefusal{"pg_get_viewdef", session_reason, session_hint},
};

}  // namespace

Rejection refusal_of(Construct construct, Position position) {
  const ConstructRefusal& refusal = construct_refusals[static_cast<std::size_t>(construct)];
  return {"unsupported_sql", std::string(refusal.message), std::string(refusal.hint), position};
}

const FunctionRefusal* find_function_refusal(std::string_view name) {
  const auto* const found = std::ranges::find(function_refusals, name, &FunctionRefusal::name);
  return found == function_refusals.end() ? nullptr : found;
}

}  // namespace deltamill
