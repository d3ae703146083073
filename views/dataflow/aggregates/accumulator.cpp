// Which accumulator serves which call: one line per function and type.
#include "views/dataflow/aggregates/accumulator.h"

#include "views/data/check.h"
#include "views/dataflow/aggregates/boolean.h"
#include "views/dataflow/aggregates/count.h"
#include "views/dataflow/aggregates/distinct_arguments.h"
#include "views/dataflow/aggregates/float_sum.h"
#include "views/dataflow/aggregates/integer_sum.h"
#include "views/dataflow/aggregates/interval_sum.h"
#include "views/dataflow/aggregates/min_max.h"
#include "views/dataflow/aggregates/numeric_sum.h"

namespace deltamill {

namespace {

template <typename State>
std::unique_ptr<Accumulator> make(const AggregateCall& call) {
  return std::make_unique<StateAccumulator<State>>(call);
}

std::unique_ptr<Accumulator> make_sum(const AggregateCall& call) {
  switch (call.argument->type.kind) {
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: return make<IntegerSum>(call);
    case TypeKind::float4:
    case TypeKind::float8: return make<FloatSum>(call);
    case TypeKind::numeric: return make<NumericSum>(call);
    case TypeKind::interval: return make<IntervalSum>(call);
    default: break;
  }
  DM_CHECK(false, "sum of a type that has none");
  return nullptr;
}

std::unique_ptr<Accumulator> make_average(const AggregateCall& call) {
  switch (call.argument->type.kind) {
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: return make<IntegerAverage>(call);
    case TypeKind::float4:
    case TypeKind::float8: return make<FloatAverage>(call);
    case TypeKind::numeric: return make<NumericAverage>(call);
    case TypeKind::interval: return make<IntervalAverage>(call);
    default: break;
  }
  DM_CHECK(false, "avg of a type that has none");
  return nullptr;
}

std::unique_ptr<Accumulator> make_plain(const AggregateCall& call) {
  switch (call.function) {
    case AggregateFunction::count_rows: return std::make_unique<RowCount>();
    case AggregateFunction::count: return make<ValueCount>(call);
    case AggregateFunction::sum: return make_sum(call);
    case AggregateFunction::average: return make_average(call);
    case AggregateFunction::minimum: return make<Minimum>(call);
    case AggregateFunction::maximum: return make<Maximum>(call);
    case AggregateFunction::bool_and: return make<BooleanAnd>(call);
    case AggregateFunction::bool_or: return make<BooleanOr>(call);
  }
  return nullptr;
}

// DISTINCT changes nothing for these.
bool ignores_repetition(AggregateFunction function) {
  return function == AggregateFunction::minimum || function == AggregateFunction::maximum ||
         function == AggregateFunction::bool_and || function == AggregateFunction::bool_or;
}

}  // namespace

std::unique_ptr<Accumulator> make_accumulator(const AggregateCall& call) {
  std::unique_ptr<Accumulator> plain = make_plain(call);
  if (!call.distinct || ignores_repetition(call.function)) return plain;
  return std::make_unique<DistinctArguments>(call.argument->type, std::move(plain));
}

}  // namespace deltamill
