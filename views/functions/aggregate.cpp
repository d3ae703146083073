// The table of aggregates: the rows are those of pg_aggregate for the supported types.
#include "views/functions/aggregate.h"

#include <algorithm>

#include "views/data/check.h"
#include "views/functions/aggregates/boolean.h"
#include "views/functions/aggregates/count.h"
#include "views/functions/aggregates/distinct_arguments.h"
#include "views/functions/aggregates/float_sum.h"
#include "views/functions/aggregates/integer_sum.h"
#include "views/functions/aggregates/interval_sum.h"
#include "views/functions/aggregates/min_max.h"
#include "views/functions/aggregates/numeric_sum.h"

namespace deltamill {

namespace {

using enum TypeKind;
using Rules = AggregateFunction::Rules;

template <typename State>
std::unique_ptr<Accumulator> make(const AggregateFunction& function, const AggregateTypes& types) {
  return std::make_unique<StateAccumulator<State>>(types, function.rules.counts_nulls);
}

std::unique_ptr<Accumulator> make_row_count(const AggregateFunction& /*function*/,
                                            const AggregateTypes& /*types*/) {
  return std::make_unique<RowCount>();
}

constexpr Rules counting{.null_if_empty = false};
constexpr Rules extreme{.ignores_repetition = true, .keeps_ordered = true};
constexpr Rules logical{.ignores_repetition = true};

// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<AggregateFunction>& table() {
  static const std::vector<AggregateFunction> rows{
      {"count", {}, int8, make_row_count, counting},
      {"count", {unknown}, int8, make<ValueCount>, counting},
      {"sum", {int2}, int8, make<IntegerSum>},
      {"sum", {int4}, int8, make<IntegerSum>},
      {"sum", {int8}, numeric, make<IntegerSum>},
      {"sum", {numeric}, numeric, make<NumericSum>},
      {"sum", {float4}, float4, make<FloatSum>},
      {"sum", {float8}, float8, make<FloatSum>},
      {"sum", {interval}, interval, make<IntervalSum>},
      {"avg", {int2}, numeric, make<IntegerAverage>},
      {"avg", {int4}, numeric, make<IntegerAverage>},
      {"avg", {int8}, numeric, make<IntegerAverage>},
      {"avg", {numeric}, numeric, make<NumericAverage>},
      {"avg", {float4}, float8, make<FloatAverage>},
      {"avg", {float8}, float8, make<FloatAverage>},
      {"avg", {interval}, interval, make<IntervalAverage>},
      {"min", {int2}, int2, make<Minimum>, extreme},
      {"min", {int4}, int4, make<Minimum>, extreme},
      {"min", {int8}, int8, make<Minimum>, extreme},
      {"min", {float4}, float4, make<Minimum>, extreme},
      {"min", {float8}, float8, make<Minimum>, extreme},
      {"min", {numeric}, numeric, make<Minimum>, extreme},
      {"min", {text}, text, make<Minimum>, extreme},
      {"min", {bpchar}, bpchar, make<Minimum>, extreme},
      {"min", {date}, date, make<Minimum>, extreme},
      {"min", {time}, time, make<Minimum>, extreme},
      {"min", {timestamp}, timestamp, make<Minimum>, extreme},
      {"min", {timestamptz}, timestamptz, make<Minimum>, extreme},
      {"min", {interval}, interval, make<Minimum>, extreme},
      {"min", {enumeration}, enumeration, make<Minimum>, extreme},
      {"max", {int2}, int2, make<Maximum>, extreme},
      {"max", {int4}, int4, make<Maximum>, extreme},
      {"max", {int8}, int8, make<Maximum>, extreme},
      {"max", {float4}, float4, make<Maximum>, extreme},
      {"max", {float8}, float8, make<Maximum>, extreme},
      {"max", {numeric}, numeric, make<Maximum>, extreme},
      {"max", {text}, text, make<Maximum>, extreme},
      {"max", {bpchar}, bpchar, make<Maximum>, extreme},
      {"max", {date}, date, make<Maximum>, extreme},
      {"max", {time}, time, make<Maximum>, extreme},
      {"max", {timestamp}, timestamp, make<Maximum>, extreme},
      {"max", {timestamptz}, timestamptz, make<Maximum>, extreme},
      {"max", {interval}, interval, make<Maximum>, extreme},
      {"max", {enumeration}, enumeration, make<Maximum>, extreme},
      {"bool_and", {boolean}, boolean, make<BooleanAnd>, logical},
      {"every", {boolean}, boolean, make<BooleanAnd>, logical},
      {"bool_or", {boolean}, boolean, make<BooleanOr>, logical},
  };
  return rows;
}

}  // namespace

std::span<const AggregateFunction> all_aggregates() {
  return table();
}

bool is_aggregate(std::string_view name) {
  return std::ranges::any_of(
      table(), [&](const AggregateFunction& function) { return function.name == name; });
}

const AggregateFunction* find_aggregate(std::string_view name,
                                        std::span<const TypeKind> arguments) {
  const auto takes = [](TypeKind parameter, TypeKind argument) {
    return parameter == unknown || parameter == argument;
  };
  const auto found = std::ranges::find_if(table(), [&](const AggregateFunction& function) {
    return function.name == name && std::ranges::equal(function.arguments, arguments, takes);
  });
  return found == table().end() ? nullptr : &*found;
}

std::unique_ptr<Accumulator> make_accumulator(const AggregateFunction& function,
                                              const AggregateTypes& types, bool distinct) {
  std::unique_ptr<Accumulator> plain = function.make(function, types);
  if (!distinct || function.rules.ignores_repetition) return plain;
  DM_CHECK(types.arguments.size() == 1, "DISTINCT is of one argument");
  return std::make_unique<DistinctArguments>(types.arguments.front(), function.rules.counts_nulls,
                                             std::move(plain));
}

}  // namespace deltamill
