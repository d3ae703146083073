// The operators = <> < <= > >= of every comparable kind. One order per kind; text orders by bytes
// (other collations are refused by the binder), NaN equals NaN and is the greatest, char(n) ignores
// trailing blanks.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>

#include "views/data/datetime.h"
#include "views/data/numeric.h"
#include "views/data/value_comparison.h"
#include "views/functions/datetime_fields.h"
#include "views/functions/function.h"

namespace deltamill {

namespace {

template <typename Number>
int three_way(Number left, Number right) {
  return left < right ? -1 : static_cast<int>(left > right);
}

struct IntegerOrder {
  static int compare(const Value* pair, const CallContext& /*context*/) {
    return three_way(pair[0].integer, pair[1].integer);
  }
};

struct RealOrder {
  static int compare(const Value* pair, const CallContext& /*context*/) {
    const bool left_nan = std::isnan(pair[0].real);
    const bool right_nan = std::isnan(pair[1].real);
    if (left_nan || right_nan) [[unlikely]]
      return static_cast<int>(left_nan) - static_cast<int>(right_nan);
    return three_way(pair[0].real, pair[1].real);
  }
};

struct TextOrder {
  static int compare(const Value* pair, const CallContext& /*context*/) {
    const std::size_t shared = std::min(pair[0].length, pair[1].length);
    const int bytes = shared == 0 ? 0 : std::memcmp(pair[0].data, pair[1].data, shared);
    return bytes != 0 ? bytes : three_way(pair[0].length, pair[1].length);
  }
};

// By the order of the first argument's type.
struct TypeOrder {
  static int compare(const Value* pair, const CallContext& context) {
    return compare_values(context.argument_types[0], pair[0], pair[1]);
  }
};

struct NumericOrder {
  static int compare(const Value* pair, const CallContext& /*context*/) {
    return compare_numerics(pair[0], pair[1]);
  }
};

// A date beyond the range of timestamps is after every timestamp but infinity.
int compare_date_with_timestamp(std::int64_t date, std::int64_t timestamp) {
  if (const std::optional<std::int64_t> midnight = timestamp_of_date(date))
    return three_way(*midnight, timestamp);
  return timestamp == timestamp_infinity ? -1 : 1;
}

struct DateTimestampOrder {
  static int compare(const Value* pair, const CallContext& /*context*/) {
    return compare_date_with_timestamp(pair[0].integer, pair[1].integer);
  }
};

struct TimestampDateOrder {
  static int compare(const Value* pair, const CallContext& /*context*/) {
    return -compare_date_with_timestamp(pair[1].integer, pair[0].integer);
  }
};

template <typename Order, typename Decide>
Value decide(const Value* arguments, CallContext& context) {
  return Value::of_boolean(Decide{}(Order::compare(arguments, context), 0));
}

// Equality of bytes needs no order.
template <typename Decide>
Value decide_bytes(const Value* arguments, CallContext& /*context*/) {
  const bool same = arguments[0].text() == arguments[1].text();
  return Value::of_boolean(Decide{}(same, true));
}

class Comparisons {
 public:
  template <typename Order>
  void add(TypeKind left, TypeKind right) {
    add_pair("=", left, right, decide<Order, std::equal_to<>>);
    add_pair("<>", left, right, decide<Order, std::not_equal_to<>>);
    add_order<Order>(left, right);
  }

  void add_bytes(TypeKind left, TypeKind right) {
    add_pair("=", left, right, decide_bytes<std::equal_to<>>);
    add_pair("<>", left, right, decide_bytes<std::not_equal_to<>>);
    add_order<TextOrder>(left, right);
  }

  [[nodiscard]] std::vector<Function> take() { return std::move(functions_); }

 private:
  template <typename Order>
  void add_order(TypeKind left, TypeKind right) {
    add_pair("<", left, right, decide<Order, std::less<>>);
    add_pair("<=", left, right, decide<Order, std::less_equal<>>);
    add_pair(">", left, right, decide<Order, std::greater<>>);
    add_pair(">=", left, right, decide<Order, std::greater_equal<>>);
  }

  void add_pair(std::string_view symbol, TypeKind left, TypeKind right, ScalarFunction call) {
    functions_.push_back({symbol, {left, right}, TypeKind::boolean, call, FunctionKind::operation});
  }

  std::vector<Function> functions_;
};

}  // namespace

std::vector<Function> comparison_functions() {
  using enum TypeKind;
  Comparisons all;
  all.add<IntegerOrder>(boolean, boolean);
  for (const TypeKind left : {int2, int4, int8})
    for (const TypeKind right : {int2, int4, int8}) all.add<IntegerOrder>(left, right);
  for (const TypeKind left : {float4, float8})
    for (const TypeKind right : {float4, float8}) all.add<RealOrder>(left, right);
  all.add<NumericOrder>(numeric, numeric);
  all.add_bytes(text, text);
  all.add<TypeOrder>(bpchar, bpchar);
  all.add_bytes(name, name);
  all.add_bytes(name, text);
  all.add_bytes(text, name);
  for (const TypeKind kind : {date, time, timestamp, timestamptz})
    all.add<IntegerOrder>(kind, kind);
  // Sessions are in UTC, so timestamp and timestamptz are on one scale.
  all.add<IntegerOrder>(timestamp, timestamptz);
  all.add<IntegerOrder>(timestamptz, timestamp);
  for (const TypeKind kind : {timestamp, timestamptz}) {
    all.add<DateTimestampOrder>(date, kind);
    all.add<TimestampDateOrder>(kind, date);
  }
  all.add<TypeOrder>(interval, interval);
  all.add_bytes(uuid, uuid);
  all.add_bytes(bytea, bytea);
  all.add<TypeOrder>(enumeration, enumeration);
  return all.take();
}

}  // namespace deltamill
