// The query grammar of a view's rows (PostgREST's): parameters of a URL -> what is asked,
// checked against the view's columns. Pure: no SQL is made here (row_sql.h), and no value passes
// unread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/problem.h"
#include "service/http/target.h"
#include "sinks/sqlite/bound_sql.h"
#include "sinks/sqlite/stored_comparison.h"
#include "views/data/schema.h"

namespace deltamill {

inline constexpr std::size_t conditions_max = 32;
inline constexpr std::size_t list_values_max = 1000;
inline constexpr std::size_t nesting_max = 8;

// A view as a caller sees it.
struct QueriedView {
  std::string name;
  Columns columns;            // all that the store holds
  std::vector<bool> visible;  // of these, what the caller may see
  std::optional<KeyColumns> key;
  std::shared_ptr<const TimeZones> time_zones = nullptr;  // that a literal may name

  [[nodiscard]] const TimeZones& zones() const {
    return time_zones ? *time_zones : built_in_zones();
  }
  // True = the caller sees a key. Otherwise rows are told apart by what is visible of them: the
  // order, a page token and a path say nothing of other columns.
  [[nodiscard]] bool keyed() const;
  // The offset of a visible column.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view column) const;
};

enum class FilterKind : std::uint8_t {
  all_of,  // and
  any_of,  // or
  equal,
  not_equal,
  greater,
  greater_or_equal,
  less,
  less_or_equal,
  like,
  like_folded,  // ilike
  in,
  distinct,  // isdistinct
  is_null,
  is_not_null,
  is_true,
  is_false,
};

enum class Quantifier : std::uint8_t { none, any, all };

// A condition on a row, three-valued as in SQL.
struct RowFilter {
  FilterKind kind = FilterKind::all_of;
  bool negated = false;
  Quantifier quantifier = Quantifier::none;
  std::uint32_t column = 0;
  // Under the aspect of the kind; patterns of like as GLOB has them.
  std::vector<SqlValue> operands;
  std::vector<RowFilter> children;  // all_of, any_of
};

// Which aspect of a column a kind of filter compares.
[[nodiscard]] Aspect aspect_of(FilterKind kind);

struct SelectItem {
  std::uint32_t column = 0;
  std::string name;      // of the member
  bool as_text = false;  // ::text
};

struct OrderItem {
  std::uint32_t column = 0;
  bool descending = false;
  bool nulls_first = false;
  Aspect aspect = Aspect::order;
};

struct RowQuery {
  std::vector<SelectItem> select;
  RowFilter filter;              // all_of
  std::vector<OrderItem> order;  // total: completed by the key, or by whole rows as visible
  std::optional<std::uint64_t> limit;
  std::optional<std::uint64_t> offset;
  std::optional<std::string> after;
};

// Throws Problem, as all parsers of requests do.
[[nodiscard]] RowQuery parse_row_query(const std::vector<Parameter>& parameters,
                                       const QueriedView& view);

}  // namespace deltamill
