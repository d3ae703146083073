// What views refuse, and what to write instead: one table of constructs of the grammar, one of
// functions by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "views/sql/rejection.h"

namespace deltamill {

enum class Construct : std::uint8_t {
  limit,
  offset,
  distinct_on,
  window_function,
  window_clause,
  scalar_subquery,
  exists_subquery,
  in_subquery,
  array_subquery,
  union_distinct,
  intersect,
  except,
  grouping_sets,
  grouping_function,
  recursive_query,
  modifying_query,
  lateral,
  table_function,
  xml_table,
  table_sample,
  locking_clause,
  select_into,
  parameter,
  clock,
  session_value,
  row_constructor,
  array_constructor,
  array_type,
  array_comparison,
  subscript,
  field_selection,
  whole_row,
  bit_string,
  xml,
  similar_to,
  named_argument,
  variadic_argument,
  aggregate_order,
  ordered_set_aggregate,
  default_value,
  interval_fields,
  set_returning_type,
  view_columns,
  view_check_option,
  with_no_data,
  view_storage,
  temporary_view,
  index_expression,
  index_options,
  index_nulls,
  partial_index,
  statement,
  empty_select,
  deep_nesting,
};

// A refused construct as a Rejection with code unsupported_sql.
[[nodiscard]] Rejection refusal_of(Construct construct, Position position);

struct FunctionRefusal {
  std::string_view name;
  std::string_view reason;  // completes "NAME() ..."
  std::string_view hint;
};

// Why a function of PostgreSQL is not in the table of functions; nullptr = nothing special is
// known.
[[nodiscard]] const FunctionRefusal* find_function_refusal(std::string_view name);

}  // namespace deltamill
